"""epiworld: its own SIR model on the list of pairs. At most one neighbour a step can win somebody over there."""

from importlib.metadata import version

from workload import SEEDS, SILENT, TOLD, Task, imported

seconds, epiworld = imported("epiworldpy")
task = Task(seconds)
pairs = task.load("pairs")
model = epiworld.epimodels.ModelSIR("talk", SEEDS / task.people, TOLD, SILENT)
model.verbose_off()
model.agents_from_edgelist(pairs[:, 0].tolist(), pairs[:, 1].tolist(), task.people, directed=False)
task.time(lambda: model.run(task.steps, task.seed))
task.answer(sum(state not in (0, "Susceptible") for state in model.get_agents_states()) / task.people,
            version("epiworldpy"))
