#!/usr/bin/python3
"""side_by_side_children: the posterior of n data by other means than kairos, one implementation a process.

usage: side_by_side_children.py IMPLEMENTATION DATA QUERIES d n m TIME

Started by bench/side-by-side with the same files and obeying the same lines ("run", "write FILE", "quit") as bench/score_bench.cpp.
The first line says what it runs on, or "missing" and why it cannot.

  l_j = (alpha/sigma^2) x.y_j - (alpha^2/2 sigma^2) |y_j|^2,   w = softmax(l),   mean = sum_j w_j y_j,   H = -sum_j w_j log w_j
"""
import argparse
import ctypes
import math
import re
import sys
import time

import numpy


class Posterior:
    """Data, queries and what every implementation may compute once for all times: |y_j|^2."""

    def __init__(self, options):
        self.alpha = math.exp(-options.time)
        self.sigma2 = -math.expm1(-2 * options.time)
        self.data = numpy.fromfile(options.data_file).reshape(options.n, options.d)
        self.queries = numpy.fromfile(options.query_file).reshape(-1, options.d)[:options.m]
        self.norm2 = numpy.einsum("ij,ij->i", self.data, self.data)
        self.mean = self.entropy = None

    def about(self):
        return f"numpy {numpy.__version__}, {blas()}"


class Numpy(Posterior):
    """Two products and, between them, all that kairos computes; large arrays are made once, not at every evaluation."""

    def __init__(self, options):
        from scipy.special import logsumexp
        super().__init__(options)
        self.logsumexp = logsumexp
        self.logs = numpy.empty((options.m, options.n))
        self.weights = numpy.empty_like(self.logs)

    def evaluate(self):
        logs, weights = self.logs, self.weights
        numpy.matmul(self.queries, self.data.T, out=logs)
        logs *= self.alpha / self.sigma2
        logs -= (0.5 * self.alpha**2 / self.sigma2) * self.norm2
        self.log_total = self.logsumexp(logs, axis=1)
        logs -= self.log_total[:, None]
        numpy.exp(logs, out=weights)
        self.mean = weights @ self.data
        self.entropy = -numpy.einsum("ij,ij->i", weights, logs)
        self.participation = 1 / numpy.einsum("ij,ij->i", weights, weights)
        self.top = numpy.argmax(logs, axis=1)
        self.max_weight = numpy.take_along_axis(weights, self.top[:, None], axis=1)[:, 0]
        self.second_moment = weights @ self.norm2
        logs += self.entropy[:, None]
        self.varentropy = numpy.einsum("ij,ij,ij->i", weights, logs, logs)


class Torch(Posterior):
    """The same in torch."""

    def __init__(self, options):
        import torch
        super().__init__(options)
        torch.set_num_threads(1)
        torch.set_grad_enabled(False)
        self.torch = torch
        self.data, self.queries, self.norm2 = map(torch.from_numpy, (self.data, self.queries, self.norm2))
        self.logs, self.weights, self.products = torch.empty((3, options.m, options.n), dtype=torch.float64)

    def about(self):
        return f"torch {self.torch.__version__}, {blas()}"

    def summed_product(self, left, right):
        return self.torch.mul(left, right, out=self.products).sum(dim=1)

    def evaluate(self):
        torch, logs, weights = self.torch, self.logs, self.weights
        torch.mm(self.queries, self.data.T, out=logs)
        logs *= self.alpha / self.sigma2
        logs -= (0.5 * self.alpha**2 / self.sigma2) * self.norm2
        self.log_total = torch.logsumexp(logs, dim=1)
        logs -= self.log_total[:, None]
        torch.exp(logs, out=weights)
        self.mean = (weights @ self.data).numpy()
        entropy = -self.summed_product(weights, logs)
        self.entropy = entropy.numpy()
        self.participation = 1 / self.summed_product(weights, weights)
        self.max_weight, self.top = weights.max(dim=1)
        self.second_moment = weights @ self.norm2
        logs += entropy[:, None]
        self.varentropy = self.summed_product(weights, logs.square_())


class Published(Posterior):
    """As most published code has it: one query at a time, by its differences to all data; mean and entropy alone."""

    def evaluate(self):
        from scipy.special import logsumexp
        means, entropies = [], []
        for query in self.queries:
            differences = query - self.alpha * self.data
            logs = -numpy.sum(differences**2, axis=1) / (2 * self.sigma2)
            logs -= logsumexp(logs)
            weights = numpy.exp(logs)
            means.append(weights @ self.data)
            entropies.append(-(weights @ logs))
        self.mean, self.entropy = numpy.array(means), numpy.array(entropies)


IMPLEMENTATIONS = {"numpy": Numpy, "torch": Torch, "published": Published}


def called(library, name, kind):
    """The answer of a function without arguments, whose name builds of OpenBLAS with long indices or of their own prefix vary."""
    for prefix in ("", "scipy_"):
        for suffix in ("", "64_"):
            function = getattr(library, f"{prefix}{name}{suffix}", None)
            if function is not None:
                function.restype = kind
                return function()
    return None


def blas():
    """The BLAS this process has loaded, the kernels it picked and its threads: asked of the library itself, for Debian's numpy is
    configured for any libblas.so.3 and does not know which it gets."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = sorted(set(re.findall(r"/\S*/(?:lib\w*(?:blas|blis|mkl_rt))\S*\.so\S*", maps.read())))
    for path in paths:
        library = ctypes.CDLL(path)
        kernel = called(library, "openblas_get_corename", ctypes.c_char_p)
        if kernel:
            version = called(library, "openblas_get_config", ctypes.c_char_p).decode().split()[:2]
            threads = called(library, "openblas_get_num_threads", ctypes.c_int)
            return f"{' '.join(version)}, kernels {kernel.decode()}, {threads} thread{'s' if threads != 1 else ''}"
    return f"no OpenBLAS ({', '.join(paths) or 'no BLAS'}): slow where this is Debian's reference BLAS; libopenblas0-pthread is missing"


def obey(posterior):
    for line in sys.stdin:
        command, _, file = line.strip().partition(" ")
        if command == "run":
            start = time.process_time()
            posterior.evaluate()
            print(f"{time.process_time() - start:.9g} {len(posterior.queries)} 0 0", flush=True)
        elif command == "write":
            numpy.concatenate([posterior.mean.ravel(), posterior.entropy]).tofile(file)
            print("written", flush=True)
        else:
            return


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("implementation", choices=IMPLEMENTATIONS)
    parser.add_argument("data_file")
    parser.add_argument("query_file")
    for name in "dnm":
        parser.add_argument(name, type=int)
    parser.add_argument("time", type=float)
    options = parser.parse_args()
    try:
        posterior = IMPLEMENTATIONS[options.implementation](options)
        posterior.evaluate()  # libraries load, and BLAS is there to be asked
    except ImportError as error:
        print(f"missing {error}", flush=True)
        return
    print(f"ready {posterior.about()}", flush=True)
    obey(posterior)


main()
