// The value of every row against Bayes' rule in dense matrices, one state at a time (dynamics/brute_force.hpp).
#include "kairos/measure/observables.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <numbers>

#include "measure/scene.hpp"
#include "support/dense.hpp"

namespace kairos::measure {
namespace {

using dynamics::Schedule;
using dynamics::ScheduleKind;
using dynamics::TimePoint;
using test::data_law;
using test::entropy;
using test::full_law;
using test::lanes;
using test::reduced_law;
using test::Scene;
using test::varentropy;

// What one trajectory should show: everything by brute force.
struct Reference {
    Reference(const Scene& scene, Index j)
        : law(scene.law),
          time(scene.time),
          x(scene.state(j)),
          b(test::brute_force(law.mixture, x, time)),
          y(scene.clean_datum(j)),
          component(scene.clean.component[static_cast<std::size_t>(j)]),
          clean_log_density(scene.clean_log_density[j]),
          exponents(scene.exponents.col(j)) {}

    [[nodiscard]] Vector leading_eigenvalues() const {
        return test::eigenvalues(b.covariance).reverse().head(2);
    }
    // |P v|^2, averaged over the eigenspace of every eigenvalue in all d dimensions: tr(P Pi)/copies.
    [[nodiscard]] Vector eigenvector_overlap() const {
        const law::Level& level = law.mixture.labels.classes();
        Matrix means = Matrix::Zero(x.size(), level.classes());
        Vector weights = Vector::Zero(level.classes());
        for (Index k = 0; k < law.mixture.components(); ++k) {
            const int c = level.class_of[static_cast<std::size_t>(k)];
            means.col(c).head(law.mixture.coordinates()) += law.mixture.weights(k) * law.mixture.means.col(k);
            weights(c) += law.mixture.weights(k);
        }
        means *= weights.cwiseInverse().asDiagonal();
        const Matrix apart = means.rightCols(level.classes() - 1).colwise() - Vector(means.col(0));
        const Matrix between = test::orthonormal(apart);
        const Vector values = test::eigenvalues(b.covariance).reverse();
        const Matrix vectors = test::eigenvectors(b.covariance).rowwise().reverse();
        Vector overlaps(2);
        for (Index i = 0; i < 2; ++i) {
            double sum = 0.0, copies = 0.0;
            for (Index l = 0; l < values.size(); ++l)
                if (std::abs(values(l) - values(i)) < 1e-9 * values(0)) {
                    sum += (between.transpose() * vectors.col(l)).squaredNorm();
                    copies += 1.0;
                }
            overlaps(i) = sum / copies;
        }
        return overlaps;
    }
    [[nodiscard]] Vector classes(std::size_t level) const {
        return test::class_weights(law.mixture.labels.levels[level], b.weights);
    }
    [[nodiscard]] double class_spread(std::size_t level = 0) const {
        const law::Level& l = law.mixture.labels.levels[level];
        double sum = 0.0;
        for (int c = 0; c < l.classes(); ++c) {
            Vector score = Vector::Zero(x.size());
            double weight = 0.0;
            for (std::size_t k = 0; k < b.scores.size(); ++k) {
                if (l.class_of[k] != c) continue;
                weight += b.weights(static_cast<Index>(k));
                score += b.weights(static_cast<Index>(k)) * b.scores[k];
            }
            sum += weight * (score / weight - b.score).squaredNorm();
        }
        return sum;
    }
    // Averages over the classes p of the level above of what p(c|x, p) has: a level without one above has a single p.
    struct Split {
        double entropy = 0.0, collision = 0.0;
    };
    [[nodiscard]] Split split(std::size_t level) const {
        const law::Level& l = law.mixture.labels.levels[level];
        const auto above = [&](std::size_t k) {
            return level == 0 ? 0 : law.mixture.labels.levels[level - 1].class_of[k];
        };
        std::map<int, std::map<int, double>> weights;
        for (std::size_t k = 0; k < l.class_of.size(); ++k)
            weights[above(k)][l.class_of[k]] += b.weights(static_cast<Index>(k));
        Split sum;
        for (const auto& [p, children] : weights) {
            double all = 0.0;
            for (const auto& [c, w] : children) all += w;
            for (const auto& [c, w] : children) {
                sum.entropy -= w * std::log(w / all);
                sum.collision += w * w / all;
            }
        }
        return sum;
    }
    [[nodiscard]] double divergence() const { return test::divergence(law.mixture, x, time); }
    // a + (1/2) log(2 pi sigma^2) + E[|x - alpha y|^2 | x]/(2 sigma^2 d) + log p_t(x)/d,  a = log(n)/d: its average over x has the 1/2
    // of Biroli et al. for the third term
    [[nodiscard]] double excess_entropy() const {
        const double d = static_cast<double>(x.size()), n = static_cast<double>(b.weights.size());
        double distance = 0.0;
        for (Index k = 0; k < b.weights.size(); ++k)
            distance += b.weights(k) * (x - time.alpha * law.mixture.means.col(k)).squaredNorm();
        return std::log(n) / d + 0.5 * std::log(2.0 * std::numbers::pi * time.sigma2) +
               distance / (2.0 * time.sigma2 * d) + b.log_density / d;
    }
    [[nodiscard]] double data_surprisal() const {
        if (law.empirical) return -std::log(b.weights(component));
        const double d = static_cast<double>(x.size());
        const double log_noise = -0.5 * d * std::log(2.0 * std::numbers::pi * time.sigma2) -
                                 (x - time.alpha * y).squaredNorm() / (2.0 * time.sigma2);
        return -clean_log_density + b.log_density - log_noise;
    }

    const law::Law& law;
    TimePoint time;
    Vector x;
    test::BruteForce b;
    Vector y;
    int component;
    double clean_log_density;
    Vector exponents;
};

using Expected = std::function<Vector(const Reference&)>;
Expected by_level(const std::function<double(const Reference&, std::size_t)>& f) {
    return [f](const Reference& r) {
        Vector values(static_cast<Index>(r.law.mixture.labels.levels.size()));
        for (Index l = 0; l < values.size(); ++l) values(l) = f(r, static_cast<std::size_t>(l));
        return values;
    };
}
Expected scalar(const std::function<double(const Reference&)>& f) {
    return [f](const Reference& r) { return Vector{{f(r)}}; };
}

double half_gain(const TimePoint& time) {
    return 0.5 * time.diffusion2 * time.alpha * time.alpha / (time.sigma2 * time.sigma2);
}

std::map<std::string, Expected> class_references() {
    return {
        {"class_entropy", scalar([](const Reference& r) { return entropy(r.classes(0)); })},
        {"class_varentropy", scalar([](const Reference& r) { return varentropy(r.classes(0)); })},
        {"class_collision", scalar([](const Reference& r) { return r.classes(0).squaredNorm(); })},
        {"class_posterior", [](const Reference& r) { return r.classes(0); }},
        {"class_entropy_rate",
         scalar([](const Reference& r) { return 0.5 * r.time.diffusion2 * r.class_spread(); })},
        {"level_entropy", by_level([](const Reference& r, std::size_t l) { return entropy(r.classes(l)); })},
        {"level_varentropy",
         by_level([](const Reference& r, std::size_t l) { return varentropy(r.classes(l)); })},
        {"level_collision",
         by_level([](const Reference& r, std::size_t l) { return r.classes(l).squaredNorm(); })},
        {"level_entropy_rate", by_level([](const Reference& r, std::size_t l) {
             return 0.5 * r.time.diffusion2 * r.class_spread(l);
         })},
        {"level_split_entropy",
         by_level([](const Reference& r, std::size_t l) { return r.split(l).entropy; })},
        {"level_split_collision",
         by_level([](const Reference& r, std::size_t l) { return r.split(l).collision; })},
        {"level_split_rate", by_level([](const Reference& r, std::size_t l) {
             const double above = l == 0 ? 0.0 : r.class_spread(l - 1);
             return 0.5 * r.time.diffusion2 * (r.class_spread(l) - above);
         })},
        {"potts_order_parameter", scalar([](const Reference& r) {
             const Vector w = r.classes(0);
             const auto k = static_cast<double>(w.size());
             return (k * w.maxCoeff() - 1.0) / (k - 1.0);
         })},
        {"datum_entropy", scalar([](const Reference& r) { return entropy(r.b.weights); })},
        {"datum_varentropy", scalar([](const Reference& r) { return varentropy(r.b.weights); })},
        {"participation", scalar([](const Reference& r) { return r.b.weights.squaredNorm(); })},
        {"max_weight", scalar([](const Reference& r) { return r.b.weights.maxCoeff(); })},
        {"excess_entropy", scalar([](const Reference& r) { return r.excess_entropy(); })},
        {"excess_entropy_ratio", scalar([](const Reference& r) {
             return r.excess_entropy() * static_cast<double>(r.x.size()) / std::log(5.0);
         })}};
}

std::map<std::string, Expected> state_references() {
    return {{"entropy_rate",
             scalar([](const Reference& r) { return half_gain(r.time) * r.b.covariance.trace(); })},
            {"entropy_rate_score", scalar([](const Reference& r) {
                 const double d = static_cast<double>(r.x.size());
                 return 0.5 * r.time.diffusion2 * (d / r.time.sigma2 - r.b.score.squaredNorm());
             })},
            {"data_surprisal", scalar([](const Reference& r) { return r.data_surprisal(); })},
            {"log_density", scalar([](const Reference& r) { return r.b.log_density; })},
            {"score_norm2", scalar([](const Reference& r) { return r.b.score.squaredNorm(); })},
            {"score_divergence", scalar([](const Reference& r) { return r.divergence(); })},
            {"posterior_variance", scalar([](const Reference& r) { return r.b.covariance.trace(); })},
            {"posterior_top_eigenvalue",
             scalar([](const Reference& r) { return test::eigenvalues(r.b.covariance).maxCoeff(); })},
            {"active_dimensions", scalar([](const Reference& r) {
                 return static_cast<double>(r.x.size()) + r.time.sigma2 * r.divergence();
             })},
            {"order_parameter", scalar([](const Reference& r) {
                 const Vector& m = r.law.axis;
                 return m.dot(r.x.head(m.size())) / (r.time.alpha * m.squaredNorm());
             })},
            {"order_parameter_modulus", scalar([](const Reference& r) {
                 const Vector& m = r.law.axis;
                 return std::abs(m.dot(r.x.head(m.size()))) / (r.time.alpha * m.squaredNorm());
             })},
            {"x_dot_score", scalar([](const Reference& r) { return r.x.dot(r.b.score); })},
            {"norm2", scalar([](const Reference& r) { return r.x.squaredNorm(); })},
            {"posterior_eigenvalues", [](const Reference& r) { return r.leading_eigenvalues(); }},
            {"filter_eigenvalues",
             [](const Reference& r) -> Vector {
                 return r.time.alpha * r.time.alpha / r.time.sigma2 * r.leading_eigenvalues();
             }},
            {"eigenvector_overlap", [](const Reference& r) { return r.eigenvector_overlap(); }},
            {"lyapunov", [](const Reference& r) { return r.exponents; }}};
}

void expect_every_row(const Scene& scene) {
    std::map<std::string, Expected> references = class_references();
    references.merge(state_references());
    for (const Observable& observable : observable_table()) {
        if (observable.path_integral) continue;  // below
        if (observable.name != "lyapunov" && observable.missing(scene.setting) != nullptr) continue;
        ASSERT_TRUE(references.contains(observable.name)) << observable.name << " has no reference";
        const Rows values = scene.values(observable);
        for (Index j = 0; j < lanes; ++j) {
            const Vector expected = references.at(observable.name)(Reference(scene, j));
            ASSERT_EQ(values.rows(), expected.size()) << observable.name;
            for (Index i = 0; i < expected.size(); ++i) {
                EXPECT_NEAR(values(i, j), expected(i), 2e-7 * (1.0 + std::abs(expected(i))))
                    << observable.name << ", trajectory " << j << ", column " << i;
            }
        }
    }
}

TEST(ObservableTable, EqualsDenseBayesInFullRepresentation) {
    expect_every_row(Scene(full_law(), Schedule(ScheduleKind::ou, {}), 0.4));
    expect_every_row(Scene(full_law(), Schedule(ScheduleKind::edm, {}), 1.1));
}

TEST(ObservableTable, EqualsDenseBayesWithAComplement) {
    expect_every_row(Scene(reduced_law(), Schedule(ScheduleKind::ou, {}), 0.3));
    expect_every_row(Scene(reduced_law(), Schedule(ScheduleKind::flow_matching, {}), 0.6));
}

TEST(ObservableTable, EqualsDenseBayesForData) {
    expect_every_row(Scene(data_law(), Schedule(ScheduleKind::ve, {}), 0.25, Direction::marginal));
    expect_every_row(Scene(data_law(), Schedule(ScheduleKind::vp_cosine, {}), 0.3, Direction::marginal));
}

TEST(ObservableTable, ClassesAreThoseOfTheChosenLevel) {
    law::Law law = full_law();
    law.mixture.labels.class_level = 1;
    const Scene scene(law, Schedule(ScheduleKind::ou, {}), 0.4);
    const Rows values = scene.values(*find_observable("class_posterior"));

    ASSERT_EQ(values.rows(), 4);
    for (Index j = 0; j < lanes; ++j) {
        EXPECT_TRUE(values.col(j).isApprox(Reference(scene, j).b.weights, 1e-10));
    }
    EXPECT_EQ(columns(*find_observable("level_entropy"), scene.setting), 2);
    EXPECT_EQ(columns(*find_observable("lyapunov"), scene.setting), 2);
}

// S_i along the axes, v_i = alpha^2 S_i + sigma^2: d/dt H = (g^2/2) sum_i alpha^2 S_i/(sigma^2 v_i).
TEST(ObservableTable, ThreeRatesOfOneGaussianAreItsClosedForm) {
    law::Law law;
    law.mixture.means = Matrix{{0.3}, {-0.4}};
    law.mixture.weights = Vector::Ones(1);
    law.mixture.covariances = {test::diagonal(0.5, Vector{{0.0, 1.5}})};
    law.mixture.complement = 4.0;
    const Setting setting{&law, Direction::marginal, dynamics::IntegratorKind::exact, 0};
    for (const ScheduleKind kind : {ScheduleKind::ou, ScheduleKind::ve, ScheduleKind::flow_matching}) {
        const TimePoint time = Schedule(kind, {}).at(Time{0.3});
        const auto v = [&](double s) { return time.alpha * time.alpha * s + time.sigma2; };
        const auto rate = [&](double s) {
            return 0.5 * time.diffusion2 * time.alpha * time.alpha * s / (time.sigma2 * v(s));
        };
        dynamics::States states;  // |s|^2 at its mean, sum 1/v: one standard deviation along every direction
        states.x = time.alpha * law.mixture.means + Vector{{std::sqrt(v(0.5)), -std::sqrt(v(2.0))}};
        states.radius2 = Lanes::Constant(1, 4.0 * v(0.5));
        dynamics::Posterior posterior;
        const dynamics::Request request{.score = true, .spread = true};  // one Gaussian has no classes
        dynamics::PosteriorEvaluator(law).evaluate(states, time, request, posterior);
        const Sight sight{&setting, &states, &posterior, nullptr, nullptr, nullptr, nullptr};
        Rows c(1, 1), b(1, 1), divergence(1, 1);
        find_observable("entropy_rate")->evaluate(sight, c);
        find_observable("entropy_rate_score")->evaluate(sight, b);
        find_observable("score_divergence")->evaluate(sight, divergence);
        const double closed = 5.0 * rate(0.5) + rate(2.0);

        EXPECT_NEAR(0.5 * time.diffusion2 * (6.0 / time.sigma2 + divergence(0, 0)), closed, 1e-12 * closed);
        EXPECT_NEAR(b(0, 0), closed, 1e-12 * closed);
        EXPECT_NEAR(c(0, 0), closed, 1e-12 * closed);
    }
}

// D from t_1 to t_2 is the difference of the running potential, whichever way the path was visited.
TEST(ObservableTable, EntropyProductionIsLogDensityRatioAndEnvironmentInBothDirections) {
    const Schedule ou(ScheduleKind::ou, {});
    Scene early(full_law(), ou, 0.2), late(full_law(), ou, 0.5);
    for (const bool upward : {true, false}) {
        Scene& first = upward ? early : late;
        Scene& second = upward ? late : early;
        first.path.begin(lanes);
        first.path.visit(first.posterior);
        const Rows g_first = first.values(*find_observable("entropy_production"));
        second.path = first.path;
        second.path.visit(second.posterior);
        const Rows g_second = second.values(*find_observable("entropy_production"));
        const Rows d = upward ? Rows(g_second - g_first) : Rows(g_first - g_second);
        for (Index j = 0; j < lanes; ++j) {
            const Reference at_1(early, j), at_2(late, j);
            const double environment = -0.5 * (at_2.x.squaredNorm() - at_1.x.squaredNorm());

            EXPECT_NEAR(d(0, j), at_1.b.log_density - at_2.b.log_density + environment, 1e-10);
        }
    }
    EXPECT_TRUE(find_observable("entropy_production")->whole_path);
}

TEST(ObservableTable, AccumulatedEntropyIsTheInformationOfThePath) {
    Scene scene(full_law(), Schedule(ScheduleKind::ou, {}), 0.2, Direction::reverse);
    scene.path.begin(lanes);
    scene.path.visit(Scene(full_law(), Schedule(ScheduleKind::ou, {}), 0.5).posterior);
    scene.path.visit(scene.posterior);
    const Rows values = scene.values(*find_observable("accumulated_entropy"));

    EXPECT_TRUE((values.array() > 0.0).all());
    EXPECT_TRUE((values.row(0).array() == scene.path.information()).all());
}

}  // namespace
}  // namespace kairos::measure
