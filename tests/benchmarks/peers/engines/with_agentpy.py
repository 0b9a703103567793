"""AgentPy as its virus example is written: a network of agents, those who talk selected each step."""

from workload import SILENT, TOLD, Task, imported

seconds, ap = imported("agentpy")
task = Task(seconds)


class Person(ap.Agent):
    def setup(self):
        self.state = 0

    def talk(self):
        chance = self.model.random.random
        for other in self.model.network.neighbors(self):
            if other.state == 0 and chance() < TOLD:
                other.state = 1
        if chance() < SILENT:
            self.state = 2


class Market(ap.Model):
    def setup(self):
        self.people = ap.AgentList(self, task.people, Person)
        self.network = ap.Network(self, task.networkx())
        self.network.add_agents(self.people, self.network.nodes)
        for i in task.seeds.tolist():
            self.people[i].state = 1

    def step(self):
        self.people.select(self.people.state == 1).talk()


market = Market({"steps": task.steps, "seed": task.seed})
market.sim_setup(steps=task.steps, seed=task.seed)
task.time(lambda: [market.sim_step() for _ in range(task.steps)])
task.answer(sum(person.state > 0 for person in market.people) / task.people, ap.__version__)
