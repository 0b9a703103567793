"""Ground floor: errors, money, draws, kernels, fixed-point and elementary functions."""
