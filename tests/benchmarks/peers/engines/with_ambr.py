"""ambr: people are the model's frame, borrowed as an array and committed each step; it has no graph that scales, so the
neighbours are gathered as in `with_numpy`."""

from importlib.metadata import version

from workload import SILENT, TOLD, Task, imported

seconds, ambr, np = imported("ambr", "numpy")
task = Task(seconds)


class Market(ambr.Model):
    def setup(self):
        self.friend, self.ties, self.rng = task.load("friend"), np.diff(task.start), np.random.default_rng(task.seed)
        state = np.zeros(task.people, np.int64)
        state[task.seeds] = 1
        self.add_agents(task.people, state=state)

    def step(self):
        state = self.agents.borrow("state")[0].copy()
        talking = np.flatnonzero(state == 1)
        many = self.ties[talking]
        at = np.arange(many.sum()) + np.repeat(task.start[talking] - np.cumsum(many) + many, many)
        told = self.friend[at[self.rng.random(len(at)) < TOLD]]
        won = told[state[told] == 0]
        state[talking[self.rng.random(len(talking)) < SILENT]] = 2
        state[won] = 1
        self.agents.commit(state=state)


market = Market({"steps": task.steps, "seed": task.seed, "show_progress": False})
getattr(market, "_ensure_setup", market.setup)()
task.time(lambda: [market.run_step() for _ in range(task.steps)])
task.answer((market.agents_df["state"].to_numpy() > 0).mean(), version("ambr"))
