"""A small lesson and a small table, to be opened."""

LESSON = """
id = "small"
title = "A small lesson"
summary = "Two pages."
minutes = 1

[[pages]]
title = "First"
text = "Some text."
experiment = { model.width = 8, epochs = 15 }
pins = [{ name = "decayed", set = { "regularization.weight_decay" = 0.5 } }]
plays = false

[[pages]]
title = "Second"
text = "More text."
hides = ["data.noise"]
plays = false
"""
TABLE = "price,sales\n" + "".join(f"{i / 4},{(i - 7) ** 2 / 10}\n" for i in range(20))
