// include/kairos/phases/scaling_collapse.hpp: curves of systems of different size, shifted until they lie on one another.
//
//   y_i(x) = F(x - exponent size_i),  size_i = log d_i:   F is one master curve for all i
//   quality S = 1/N sum_{i,j} (y_ij - Y_ij)^2/(dy_ij^2 + dY_ij^2)
//
// Y_ij is what the other curves say at the shifted place of point j of curve i: each is interpolated there by a cubic through its four
// nearest points, with the error of its neighbours (values along a curve share their trajectories), and all that reach so far are averaged
// with weights 1/error^2. S is about 1 where curves agree within their errors, and much larger where they do not. Only points between two heights
// are compared, those around the place where a curve passes half way between them: beyond, averages hang on rare events, or on none.
//
// The exponent is the vertex of a parabola through S over the range in which it rises by max(1, S) above its minimum: points come and go as
// curves shift, and a parabola does not see the small steps that this makes. Range and points are chosen once; replace() keeps them, so that
// the scatter of replicates is that of the exponent alone.
// Errors: fewer than two curves that pass half way between the heights, or no minimum: the exponent is NaN.
// Source: docs/theory.md, "Scaling"; Houdayer and Hartmann, Phys. Rev. B 70, 014418 (2004).
#pragma once
#include <cstddef>
#include <vector>

namespace kairos::phases {

struct SizedCurve {
    double size;
    std::vector<double> x, y, error;  // x ascending
};

struct Heights {
    double low, high;
};

class ScalingCollapse {
public:
    ScalingCollapse(std::vector<SizedCurve> curves, Heights compared);

    struct Quality {
        double value;        // S; NaN where nothing overlaps
        std::size_t points;  // N
    };
    [[nodiscard]] Quality quality(double exponent) const;
    [[nodiscard]] double exponent() const;
    // Other values of curve i, of the same errors at the same places.
    void replace(std::size_t curve, std::vector<double> y) { curves_[curve].y = std::move(y); }
    [[nodiscard]] const std::vector<SizedCurve>& curves() const { return curves_; }

private:
    void choose_range(double start);

    std::vector<SizedCurve> curves_;
    std::vector<std::vector<std::size_t>> compared_;  // points of each curve
    double middle_, half_range_;                      // of the exponents that the parabola covers
};

}  // namespace kairos::phases
