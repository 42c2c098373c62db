"""everything: a job that records whatever a run can, in about four seconds on one rank, in 64 batches and 20 of clones."""

SECTIONS = {
    "data": {"dimension": 48},
    "ensemble": {"trajectories": 2048, "batch": 32, "integrator": "heun", "seed": 5},
    "time": {"points": 17, "substeps": 160},
    "observe": {"observables": "all", "histograms": "class_entropy,norm2", "paths": 40, "states": "true", "eigenvalues": 2},
    "clones": {"times": "1,2", "pairs": 640, "overlap": "path"},
    "landscape": {"bins": 12}}
