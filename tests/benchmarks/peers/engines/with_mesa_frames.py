"""mesa-frames: people are a Polars frame; it has no network, so a step joins the talkers with a frame of ties."""

from importlib.metadata import version

from workload import SILENT, TOLD, Task, imported

seconds, frames, pl, np = imported("mesa_frames", "polars", "numpy")
task = Task(seconds)


class People(frames.AgentSetPolars):
    def __init__(self, model):
        super().__init__(model)
        state = np.zeros(task.people, np.int8)
        state[task.seeds] = 1
        self.add(pl.DataFrame({"unique_id": np.arange(task.people), "state": state}))

    def step(self):
        rng, row = self.model.random, pl.col("unique_id")
        talking = self.agents.filter(pl.col("state") == 1).select("unique_id")
        tried = self.model.ties.join(talking, left_on="speaker", right_on="unique_id")
        won = tried.filter(pl.Series(rng.random(tried.height) < TOLD))["listener"].unique()
        silent = talking["unique_id"].filter(pl.Series(rng.random(talking.height) < SILENT))
        state = pl.when((pl.col("state") == 0) & row.is_in(won.implode())).then(pl.lit(1, pl.Int8))
        state = state.when(row.is_in(silent.implode())).then(pl.lit(2, pl.Int8)).otherwise(pl.col("state"))
        self.agents = self.agents.with_columns(state=state)


class Market(frames.ModelDF):
    def __init__(self):
        super().__init__(task.seed)
        speaker = np.repeat(np.arange(task.people), np.diff(task.start))
        self.ties = pl.DataFrame({"speaker": speaker, "listener": task.load("friend").astype(np.int64)})
        self.people = People(self)
        self.agents += self.people

    def step(self):
        self.agents.step()


market = Market()
task.time(lambda: [market.step() for _ in range(task.steps)])
state = market.get_agents_of_type(People).agents["state"].to_numpy()
task.answer((state > 0).mean(), version("mesa-frames"))
