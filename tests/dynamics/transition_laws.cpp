#include "dynamics/transition_laws.hpp"

#include <cmath>
#include <ostream>
#include <utility>

#include "support/dense.hpp"

namespace kairos::dynamics::test {

using kairos::test::diagonal, kairos::test::directed;

void brute_force_weights(const law::Law& law, const States& states, const TimePoint& time, Posterior& out) {
    const law::Mixture& mixture = law.mixture;
    const Index rows = mixture.coordinates(), components = mixture.components();
    out.time = time;
    out.weights.resize(components, states.count());
    for (Index k = 0; k < components; ++k) {
        const law::Covariance& s = mixture.covariance(k);
        const Matrix c =
            time.alpha * time.alpha * dense(s, rows) + time.sigma2 * Matrix::Identity(rows, rows);
        const Matrix inverse = kairos::test::inverse(c);
        const double across = time.alpha * time.alpha * s.isotropic + time.sigma2;
        const double offset = std::log(mixture.weights[k]) -
                              0.5 * (rows > 0 ? kairos::test::log_determinant(c) : 0.0) -
                              0.5 * mixture.complement * std::log(across);
        for (Index j = 0; j < states.count(); ++j) {
            const Vector v = states.x.col(j) - time.alpha * mixture.means.col(k);
            out.weights(k, j) = offset - 0.5 * v.dot(inverse * v) - 0.5 * states.radius2[j] / across;
        }
    }
    for (Index j = 0; j < states.count(); ++j) {
        auto column = out.weights.col(j).array();
        column = (column - column.maxCoeff()).exp().eval();
        column /= column.sum();
    }
}

void PrintTo(const NamedLaw& law, std::ostream* out) { *out << law.name; }

law::Law make_law(const Matrix& means, const Vector& weights, std::vector<law::Covariance> covariances,
                  double complement) {
    law::Law law;
    law.mixture.means = means;
    law.mixture.weights = weights;
    law.mixture.covariances = std::move(covariances);
    law.mixture.complement = complement;
    return law;
}

namespace {

// Two orthonormal columns in three coordinates.
Matrix plane() {
    Matrix u(3, 2);
    u << 2.0 / 3, -2.0 / 3, 2.0 / 3, 1.0 / 3, 1.0 / 3, 2.0 / 3;
    return u;
}

}  // namespace

const std::vector<NamedLaw>& every_form() {
    static const std::vector<NamedLaw> all = [] {
        Matrix three(3, 3), points(2, 5), two(1, 2), one(3, 1);
        three << 1.5, -1.0, 0.2, 0.3, 0.8, -1.4, -0.5, 0.4, 1.0;
        points << 1.0, -1.0, 0.5, 0.3, -1.5, 0.2, 0.7, -1.1, 1.4, -0.3;
        two << 1.2, -1.2;
        one << 0.5, -1.0, 0.25;
        const Vector w3{{0.5, 0.2, 0.3}}, w2{{0.35, 0.65}}, w1{{1.0}}, w5 = Vector::Constant(5, 0.2);
        const Vector added{{0.9, 0.0, 0.3}}, other{{0.1, 1.2, -0.1}}, excess{{1.5, -0.15}};
        return std::vector<NamedLaw>{
            {"isotropic_shared", make_law(three, w3, {isotropic(0.4)}), ScheduleKind::ou},
            {"isotropic_unequal_with_complement", make_law(two, w2, {isotropic(1.0), isotropic(0.3)}, 6.0),
             ScheduleKind::vp_cosine, 0.2, 0.6},
            {"isotropic_shared_with_one_more", make_law(two, w2, {isotropic(0.5)}, 1.0), ScheduleKind::edm},
            {"radius_alone", make_law(Matrix(0, 2), w2, {isotropic(1.0), isotropic(0.2)}, 5.0),
             ScheduleKind::ve, 0.2, 0.7},
            {"points", make_law(points, w5, {isotropic(0.0)}), ScheduleKind::flow_matching, 0.3, 0.6},
            {"diagonal_shared", make_law(three, w3, {diagonal(0.2, added)}), ScheduleKind::vp_linear, 0.1,
             0.3},
            {"diagonal_of_each",
             make_law(three, w3, {diagonal(0.2, added), diagonal(0.3, other), diagonal(0.0, added)}),
             ScheduleKind::ou},
            {"directions_shared", make_law(three, w3, {directed(0.2, plane(), excess)}), ScheduleKind::edm,
             0.5, 0.9},
            {"every_kind_at_once",
             make_law(three, w3, {directed(0.2, plane(), excess), diagonal(0.3, other), isotropic(0.7)}),
             ScheduleKind::ou},
            {"one_gaussian_with_complement", make_law(one, w1, {directed(0.25, plane(), excess)}, 4.0),
             ScheduleKind::vp_cosine, 0.1, 0.5},
        };
    }();
    return all;
}

std::vector<NamedLaw> every_form_with_coordinates() {
    std::vector<NamedLaw> forms;
    for (const NamedLaw& form : every_form())
        if (form.law.mixture.coordinates() > 0) forms.push_back(form);
    return forms;
}

}  // namespace kairos::dynamics::test
