"""One thread of torch: tests run side by side, and threads that wait for each other take many times as long."""

import torch

torch.set_num_threads(1)
