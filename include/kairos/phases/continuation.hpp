// include/kairos/phases/continuation.hpp: a curve of fixed points followed in time, through folds, by pseudo-arclength.
//
//   h(u, l) = 0,   u'.(u - u_p)/L^2 + l' (l - l_p) = 0      corrector, from the predictor (u_p, l_p) = (u, l) + ds (u', l')
//   |u'|^2/L^2 + l'^2 = 1                                   tangent; l' changes sign at a fold
//
// l = log snr. The length L is that over which the weights p(component|x) change by one half along the curve, so that steps are long where
// weights have settled and short where components merge. A step is taken again at half its length where the corrector does not contract,
// weights move by more than 0.1 between predictor and solution, the tangent turns by more than 37 degrees, or stability changes as it does
// not along one curve; it never exceeds 0.3 in l. A curve ends at the ends of the range (exactly), where `visit` says so, or where it runs
// away, no step succeeds or the field is exhausted.
//
// Shapes: u, direction [r]. `unstable` counts eigenvalues above 0 of J in the explicit coordinates. Source: Keller 1977; Allgower and
// Georg, Numerical Continuation Methods.
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "kairos/phases/drift_field.hpp"

namespace kairos::phases {

struct CurvePoint {
    Vector u{};
    double log_snr = 0.0;
    Vector direction{};       // u'
    double rate = 0.0;        // l'
    double length = 1.0;      // L
    Vector eigenvalues{};     // of J, descending: all, or those above 0 and a few below
    Index unstable = 0;       // how many are above 0
    double complement = 0.0;  // eigenvalue of every direction of the complement
};
using BranchCurve = std::vector<CurvePoint>;

struct LogSnrRange {
    double low, high;
};

// Whether the eigenvalues of J at a point are found too; where they are left out a point has none, and is not unstable.
enum class Spectrum { wanted, left_out };

class Continuation {
public:
    // visit(level, u): the curve passes levels[level] at u; false ends it there. check: between steps, may throw.
    using Visit = std::function<bool(std::size_t level, const Vector& u)>;
    Continuation(DriftField& field, LogSnrRange range, std::vector<double> levels, Visit visit,
                 std::function<void()> check);

    // From a zero towards rising (+1) or falling (-1) log snr; empty where it has no tangent.
    [[nodiscard]] BranchCurve follow(const Vector& u, double log_snr, int sign);
    // From a point whose tangent is known, along it.
    [[nodiscard]] BranchCurve follow(const CurvePoint& start);
    // Whether the last curve ended because `visit` said so.
    [[nodiscard]] bool stopped() const { return stopped_; }

    // The zero in the plane through (u, l) that is normal to the direction and rate of `along`.
    [[nodiscard]] std::optional<CurvePoint> corrected(Vector u, double log_snr, const CurvePoint& along,
                                                      Spectrum spectrum = Spectrum::wanted);
    // The point of the curve a fraction of the way from `from` on, in a plane normal to the chord.
    [[nodiscard]] std::optional<CurvePoint> between(const CurvePoint& from, const CurvePoint& to,
                                                    double fraction, Spectrum spectrum = Spectrum::wanted);

private:
    [[nodiscard]] std::optional<CurvePoint> advance(const CurvePoint& from, double& step);
    [[nodiscard]] bool accept(const CurvePoint& from, const Vector& predicted, const CurvePoint& next,
                              double predicted_log_snr, double& step);
    [[nodiscard]] std::optional<CurvePoint> at_level(const CurvePoint& from, const CurvePoint& to,
                                                     double level, Spectrum spectrum);
    [[nodiscard]] bool pass_levels(const CurvePoint& from, const CurvePoint& to);
    [[nodiscard]] bool leaps(const CurvePoint& from, const CurvePoint& next);
    [[nodiscard]] bool ran_away(const CurvePoint& point) const;

    DriftField& field_;
    LogSnrRange range_;
    std::vector<double> levels_;
    Visit visit_;
    std::function<void()> check_;
    double scale_;  // of the means
    bool stopped_ = false;
    double next_length_ = 1.0;
};

}  // namespace kairos::phases
