"""What trains longer than any test lasts, on any machine."""

ENDLESS = {"epochs": 1_000_000, "data.n_train": 1000, "optimizer.batch_size": 1}  # 10⁹ steps
