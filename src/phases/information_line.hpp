// src/phases/information_line.hpp: where the entropy of the datum would vanish if its population went on answering for it.
//
//   F = H(j|x_t)/log n = A - B log(1 + S snr),   zero at snr = (e^{A/B} - 1)/S
//
// The information (d/2) log(1 + S snr) that a state holds about a Gaussian of variance S in d dimensions is one straight line; A leaves
// room for what it has long known, as the class. Source: docs/theory.md, "Collapse"; Biroli et al. 2402.18491.
#pragma once
#include <cstddef>
#include <span>

#include "curve_window.hpp"
#include "local_polynomial.hpp"

namespace kairos::phases {

class InformationLine {
public:
    // log_snr: of the whole curve; the window holds two points at least; variance: S > 0
    InformationLine(Window window, std::span<const double> log_snr, double variance);

    // Log snr of the zero; NaN where the line does not fall with snr. values: of the curve from index `offset` on. A line has one zero:
    // nothing has to be said of where to start.
    [[nodiscard]] double operator()(const Vector& values, std::size_t offset, double) const;

private:
    Window window_;
    double variance_;
    LocalPolynomial line_;
};

}  // namespace kairos::phases
