"""The row under the losses: earlier moments of training, and what is shown of them."""
