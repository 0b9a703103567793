"""Mesa as its virus example is written: an agent on each cell of a network, those who talk selected each step."""

from workload import SILENT, TOLD, Task, imported

seconds, mesa, space = imported("mesa", "mesa.discrete_space")
task = Task(seconds)


class Person(space.FixedAgent):
    def __init__(self, model, cell):
        super().__init__(model)
        self.cell, self.state = cell, 0

    def step(self):
        for other in self.cell.neighborhood.agents:
            if other.state == 0 and self.random.random() < TOLD:
                other.state = 1
        if self.random.random() < SILENT:
            self.state = 2


class Market(mesa.Model):
    def __init__(self):
        super().__init__(seed=task.seed)
        network = space.Network(task.networkx(), capacity=1, random=self.random)
        self.everybody = [Person(self, cell) for cell in network.all_cells]
        for i in task.seeds.tolist():
            self.everybody[i].state = 1

    def step(self):
        self.agents.select(lambda person: person.state == 1).do("step")


market = Market()
task.time(lambda: [market.step() for _ in range(task.steps)])
task.answer(sum(person.state > 0 for person in market.everybody) / task.people, mesa.__version__)
