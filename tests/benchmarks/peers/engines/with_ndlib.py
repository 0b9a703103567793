"""NDlib: its own SIR model, the status of nodes not reported (its cheapest output)."""

from importlib.metadata import version

from workload import SILENT, TOLD, Task, imported

seconds, epidemics, config = imported("ndlib.models.epidemics", "ndlib.models.ModelConfig")
task = Task(seconds)
model = epidemics.SIRModel(task.networkx(), task.seed)
setting = config.Configuration()
setting.add_model_parameter("beta", TOLD)
setting.add_model_parameter("gamma", SILENT)
setting.add_model_initial_configuration("Infected", task.seeds.tolist())
model.set_initial_status(setting)
model.iteration(node_status=False)  # the first only reports
last = {}
task.time(lambda: [last.update(model.iteration(node_status=False)) for _ in range(task.steps)])
task.answer(1 - last["node_count"][0] / task.people, version("ndlib"))
