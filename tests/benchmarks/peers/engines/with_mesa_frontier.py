"""Mesa's agents at their best: each knows its neighbours, and a list of those who talk is kept by hand."""

from workload import SILENT, TOLD, Task, imported

seconds, mesa = imported("mesa")
task = Task(seconds)


class Person(mesa.Agent):
    def __init__(self, model):
        super().__init__(model)
        self.state = 0

    def step(self, won):
        for other in self.friends:
            if other.state == 0 and self.random.random() < TOLD:
                other.state = 1
                won.append(other)
        if self.random.random() < SILENT:
            self.state = 2


class Market(mesa.Model):
    def __init__(self):
        super().__init__(seed=task.seed)
        self.everybody = everybody = [Person(self) for _ in range(task.people)]
        start, friend = task.start.tolist(), task.load("friend").tolist()
        for i, person in enumerate(everybody):
            person.friends = tuple(everybody[j] for j in friend[start[i] : start[i + 1]])
        self.talking = [everybody[i] for i in task.seeds.tolist()]
        for person in self.talking:
            person.state = 1

    def step(self):
        won = []
        for person in self.talking:
            person.step(won)
        self.talking = [person for person in self.talking if person.state == 1] + won


market = Market()
task.time(lambda: [market.step() for _ in range(task.steps)])
task.answer(sum(person.state > 0 for person in market.everybody) / task.people, mesa.__version__)
