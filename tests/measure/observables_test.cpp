// Every row of the table against Bayes' rule in dense matrices, one state at a time
// (dynamics/brute_force.hpp).
#include "kairos/measure/observables.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>

#include "dynamics/brute_force.hpp"
#include "kairos/base/error.hpp"
#include "kairos/dynamics/schedule.hpp"

namespace kairos::measure {
namespace {

using dynamics::Schedule;
using dynamics::ScheduleKind;
using dynamics::TimePoint;

constexpr Index lanes = 9;

// Three anisotropic coordinates, four components, two levels: {0 0 1 1} and one class a component.
law::Law full_law() {
    law::Law law;
    law.mixture.means = Matrix{{1.0, -0.6, 0.2, 0.9}, {0.1, 0.8, -1.2, -0.3}, {-0.5, 0.4, 0.3, 1.1}};
    law.mixture.weights = Vector{{0.1, 0.4, 0.3, 0.2}};
    law.mixture.covariances = {test::isotropic(0.4), test::diagonal(0.2, Vector{{0.5, 0.0, 1.0}}),
                               test::directed(0.3, test::random_orthonormal(3, 2, 5), Vector{{0.9, -0.1}}),
                               test::isotropic(0.7)};
    law.mixture.labels.levels = {law::level_from_labels({0, 0, 1, 1}), law::level_from_labels({0, 1, 2, 3})};
    law.axis = Vector{{0.5, -1.0, 2.0}};
    return law;
}

// Two coordinates and three more of the complement; unequal variances, so that the radius matters.
law::Law reduced_law() {
    law::Law law;
    law.mixture.means = Matrix{{0.9, -0.9}, {0.0, 0.0}};
    law.mixture.weights = Vector{{0.35, 0.65}};
    law.mixture.covariances = {test::isotropic(0.5), test::isotropic(0.8)};
    law.mixture.complement = 3.0;
    law.mixture.labels.levels = {law::level_from_labels({0, 1})};
    law.reduced = true;
    law.axis = Vector{{0.9}};  // the second coordinate was exposed: it is not the axis's
    return law;
}

// Five points in the plane, two classes.
law::Law data_law() {
    law::Law law;
    law.mixture.means = Matrix{{0.5, 0.9, -1.0, -0.7, 0.2}, {0.3, -0.2, 0.1, 0.6, -1.0}};
    law.mixture.weights = Vector::Constant(5, 0.2);
    law.mixture.covariances = {test::isotropic(0.0)};
    law.mixture.labels.levels = {law::level_from_labels({0, 0, 1, 1, 1})};
    law.empirical = true;
    return law;
}

double entropy(const Vector& w) { return -(w.array() * (w.array() + 1e-300).log()).sum(); }
double varentropy(const Vector& w) {
    return (w.array() * ((w.array() + 1e-300).log() + entropy(w)).square()).sum();
}

// A law, states of it with the clean data they came from, and everything an observable may read.
struct Scene {
    explicit Scene(law::Law law_, const Schedule& schedule, double t,
                   Direction direction = Direction::forward)
        : law(std::move(law_)),
          setting{&law, direction, dynamics::IntegratorKind::exact, 2},
          time(schedule.at(Time{t})),
          path(law) {
        const law::Mixture& mixture = law.mixture;
        test::Normals normal(11);
        clean.y = Rows::Zero(mixture.coordinates(), lanes);
        clean.radius2 = Lanes::Zero(lanes);
        clean_log_density.resize(lanes);
        for (Index j = 0; j < lanes; ++j) {
            const Index k = j % mixture.components();
            clean.component.push_back(static_cast<int>(k));
            clean.y.col(j) = mixture.means.col(k);
            if (!law.empirical) clean.y.col(j) += 0.7 * normal.matrix(mixture.coordinates(), 1);
        }
        states.x =
            time.alpha * clean.y + std::sqrt(time.sigma2) * normal.matrix(mixture.coordinates(), lanes);
        states.radius2 = test::random_states(mixture, lanes, 1.0, 3).radius2;
        exponents = normal.matrix(2, lanes);
        for (Index j = 0; j < lanes && !law.empirical; ++j) {
            clean_log_density[j] = test::brute_force(mixture, clean_datum(j), test::at(1.0, 0.0)).log_density;
        }
        dynamics::PosteriorEvaluator(law).evaluate(states, time, test::everything, posterior);
        path.begin(lanes);
        path.visit(posterior);
    }
    Scene(const Scene&) = delete;  // setting and path point into it
    Scene& operator=(const Scene&) = delete;
    [[nodiscard]] Vector state(Index j) const { return test::full_state(law.mixture, states, j); }
    [[nodiscard]] Vector clean_datum(Index j) const {
        Vector y = Vector::Zero(static_cast<Index>(law.mixture.dimension()));
        y.head(law.mixture.coordinates()) = clean.y.col(j);
        return y;
    }
    [[nodiscard]] Sight sight() const {
        return {&setting, &states, &posterior, &path, &clean, &clean_log_density, &exponents};
    }
    [[nodiscard]] Rows values(const Observable& observable) const {
        Rows out = Rows::Constant(columns(observable, setting), lanes, std::nan(""));
        observable.evaluate(sight(), out);
        return out;
    }

    law::Law law;
    Setting setting;
    TimePoint time;
    dynamics::States states;
    dynamics::CleanData clean;
    Lanes clean_log_density;
    Rows exponents;
    dynamics::Posterior posterior;
    PathIntegrals path;
};

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

    [[nodiscard]] Vector classes(std::size_t level) const {
        const law::Level& l = law.mixture.labels.levels[level];
        Vector w = Vector::Zero(l.classes());
        for (Index k = 0; k < b.weights.size(); ++k)
            w(l.class_of[static_cast<std::size_t>(k)]) += b.weights(k);
        return w;
    }
    [[nodiscard]] double class_spread() const {
        const law::Level& l = law.mixture.labels.levels[0];
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
    // div s by central differences of the score itself
    [[nodiscard]] double divergence() const {
        const double h = 1e-4;
        double sum = 0.0;
        for (Index i = 0; i < x.size(); ++i) {
            Vector shifted = x;
            shifted(i) += h;
            const double above = test::brute_force(law.mixture, shifted, time).score(i);
            shifted(i) -= 2.0 * h;
            sum += (above - test::brute_force(law.mixture, shifted, time).score(i)) / (2.0 * h);
        }
        return sum;
    }
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
Expected scalar(const std::function<double(const Reference&)>& f) {
    return [f](const Reference& r) { return Vector{{f(r)}}; };
}

double half_gain(const TimePoint& time) {
    return 0.5 * time.diffusion2 * time.alpha * time.alpha / (time.sigma2 * time.sigma2);
}

std::map<std::string, Expected> class_references() {
    return {{"class_entropy", scalar([](const Reference& r) { return entropy(r.classes(0)); })},
            {"class_varentropy", scalar([](const Reference& r) { return varentropy(r.classes(0)); })},
            {"class_collision", scalar([](const Reference& r) { return r.classes(0).squaredNorm(); })},
            {"class_posterior", [](const Reference& r) { return r.classes(0); }},
            {"class_entropy_rate",
             scalar([](const Reference& r) { return 0.5 * r.time.diffusion2 * r.class_spread(); })},
            {"level_entropy",
             [](const Reference& r) {
                 Vector h(static_cast<Index>(r.law.mixture.labels.levels.size()));
                 for (Index l = 0; l < h.size(); ++l) h(l) = entropy(r.classes(static_cast<std::size_t>(l)));
                 return h;
             }},
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
            {"posterior_top_eigenvalue", scalar([](const Reference& r) {
                 return Eigen::SelfAdjointEigenSolver<Matrix>(r.b.covariance).eigenvalues().maxCoeff();
             })},
            {"active_dimensions", scalar([](const Reference& r) {
                 return static_cast<double>(r.x.size()) + r.time.sigma2 * r.divergence();
             })},
            {"order_parameter", scalar([](const Reference& r) {
                 const Vector& m = r.law.axis;
                 return m.dot(r.x.head(m.size())) / (r.time.alpha * m.squaredNorm());
             })},
            {"x_dot_score", scalar([](const Reference& r) { return r.x.dot(r.b.score); })},
            {"norm2", scalar([](const Reference& r) { return r.x.squaredNorm(); })},
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

TEST(ObservableTable, HasEveryRowOnceWithItsMeaning) {
    const std::vector<std::string> names = {"class_entropy",
                                            "class_varentropy",
                                            "class_collision",
                                            "class_posterior",
                                            "class_entropy_rate",
                                            "level_entropy",
                                            "datum_entropy",
                                            "datum_varentropy",
                                            "participation",
                                            "max_weight",
                                            "excess_entropy",
                                            "excess_entropy_ratio",
                                            "entropy_rate",
                                            "entropy_rate_score",
                                            "accumulated_entropy",
                                            "data_surprisal",
                                            "log_density",
                                            "score_norm2",
                                            "score_divergence",
                                            "posterior_variance",
                                            "posterior_top_eigenvalue",
                                            "active_dimensions",
                                            "order_parameter",
                                            "x_dot_score",
                                            "norm2",
                                            "entropy_production",
                                            "lyapunov"};
    ASSERT_EQ(observable_table().size(), names.size());
    for (const std::string& name : names) {
        const Observable* observable = find_observable(name);
        ASSERT_NE(observable, nullptr) << name;
        EXPECT_FALSE(observable->units.empty() || observable->long_name.empty() ||
                     observable->definition.empty())
            << name;
    }
    EXPECT_EQ(find_observable("entropy"), nullptr);
}

TEST(ObservableTable, AsksThePosteriorForWhatItReads) {
    for (const Scene& scene : {Scene(full_law(), Schedule(ScheduleKind::ou, {}), 0.4),
                               Scene(data_law(), Schedule(ScheduleKind::ou, {}), 0.4)}) {
        for (const Observable& observable : observable_table()) {
            if (observable.path_integral || observable.missing(scene.setting) != nullptr) continue;
            dynamics::Posterior posterior;
            dynamics::PosteriorEvaluator(scene.law).evaluate(scene.states, scene.time, observable.request,
                                                             posterior);
            Sight sight = scene.sight();
            sight.setting = &scene.setting;
            sight.posterior = &posterior;
            Rows out(columns(observable, scene.setting), lanes);
            observable.evaluate(sight, out);

            EXPECT_TRUE(out.isApprox(scene.values(observable), 1e-9)) << observable.name;
        }
    }
}

}  // namespace
}  // namespace kairos::measure
