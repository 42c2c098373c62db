// Clones by real branching against the collision probability of theory, and their overlaps against closed
// forms.
#include "kairos/phases/clones.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>

#include "kairos/law/empirical.hpp"
#include "kairos/law/models.hpp"
#include "kairos/measure/estimate.hpp"
#include "kairos/phases/theory.hpp"
#include "support/consistent.hpp"

namespace kairos::phases {
namespace {

using dynamics::IntegratorKind;
using dynamics::Schedule;
using dynamics::ScheduleKind;
using test::expect_consistent;

const Schedule& ou() {
    static const Schedule schedule(ScheduleKind::ou, {.t_min = 0.05, .t_max = 6.0});
    return schedule;
}

CloneSpec spec_of(const law::Law& law, IntegratorKind integrator = IntegratorKind::exact) {
    CloneSpec spec;
    spec.law = &law;
    spec.integrator = integrator;
    spec.seed = 11;
    spec.branch_times = {Time{1.0}, Time{2.0}, Time{3.0}};
    spec.times = dynamics::regular_grid(dynamics::GridKind::log_snr, ou(), 12);
    return spec;
}

measure::Estimate found(const std::vector<measure::Moments>& row, std::size_t branch,
                        CloneQuantity quantity) {
    return measure::estimate(row[clone_column(branch, quantity)]);
}

void expect_collision_of_theory(const law::Law& law, const CloneSpec& spec, std::uint64_t tuples) {
    CloneEnsemble clones(spec, ou());
    const auto row = clones.run(TrajectoryId{0}, tuples);
    const auto theory = class_theory(law);
    for (std::size_t b = 0; b < spec.branch_times.size(); ++b) {
        const auto same = found(row, b, CloneQuantity::same_class);
        const double expected = theory(ou().at(spec.branch_times[b])).collision;
        expect_consistent(same.mean, same.standard_error, expected);
        const auto collision = found(row, b, CloneQuantity::class_collision);
        expect_consistent(collision.mean, collision.standard_error, expected);
        EXPECT_EQ(collision.count, static_cast<double>(tuples));
        EXPECT_LT(collision.standard_error, same.standard_error);
        EXPECT_EQ(row[clone_column(b, CloneQuantity::datum_collision)].count, 0.0);
    }
}

TEST(Clones, AgreeAsOftenAsTheCollisionProbabilitySays) {
    const auto law =
        law::build_law({.kind = law::ModelKind::two_clusters, .dimension = 64}, law::Representation::reduced);
    expect_collision_of_theory(law, spec_of(law), 20000);
}

// Observed in the middle alone, tuples start at t_max and end at t_min all the same.
TEST(Clones, RunFromEndToEndWhateverIsObserved) {
    const auto law =
        law::build_law({.kind = law::ModelKind::two_clusters, .dimension = 8}, law::Representation::reduced);
    for (const IntegratorKind integrator : {IntegratorKind::exact, IntegratorKind::heun}) {
        CloneSpec ends = spec_of(law, integrator), inner = ends;
        ends.times = {Time{0.05}, Time{0.7}, Time{1.5}, Time{6.0}};
        inner.times = {Time{0.7}, Time{1.5}};
        CloneEnsemble first(ends, ou()), second(inner, ou());
        const auto a = first.run(TrajectoryId{0}, 50), b = second.run(TrajectoryId{0}, 50);
        ASSERT_EQ(a.size(), b.size());
        for (std::size_t i = 0; i < a.size(); ++i) {
            EXPECT_EQ(a[i].mean, b[i].mean) << i;
            EXPECT_EQ(a[i].m2, b[i].m2) << i;
        }
    }
}

TEST(Clones, OfFineEulerMaruyamaPathsAgreeAsOften) {
    const auto law =
        law::build_law({.kind = law::ModelKind::two_clusters, .dimension = 16}, law::Representation::reduced);
    auto spec = spec_of(law, IntegratorKind::euler_maruyama);
    spec.substeps = 12;
    expect_collision_of_theory(law, spec, 4000);
}

TEST(Clones, TriplesCountEveryPair) {
    const auto law =
        law::build_law({.kind = law::ModelKind::two_clusters, .dimension = 64}, law::Representation::reduced);
    auto spec = spec_of(law);
    spec.copies = 3;
    expect_collision_of_theory(law, spec, 20000);
}

// Unequal variances: the branching must hand on the radius, or the classes of the ends would not agree.
TEST(Clones, OfZeroMeanClassesFollowTheRadius) {
    const auto law = law::build_law(
        {.kind = law::ModelKind::unequal_variances, .dimension = 32, .separation = 0, .sigma = {1.0, 1.6}},
        law::Representation::reduced);
    auto spec = spec_of(law);
    spec.branch_times = {Time{0.3}, Time{0.8}, Time{1.4}};
    expect_collision_of_theory(law, spec, 20000);
}

// One Gaussian of unit variance under ou: x(t_min) given x(t_b) has mean rho x(t_b), rho = e^-(t_b - t_min),
// so that E[x1.x2]/d = rho^2, and Var(x1.x2/d) = (1 + rho^4)/d, whatever the representation.
TEST(Clones, OverlapOfOneGaussianHasClosedMoments) {
    for (const auto representation : {law::Representation::full, law::Representation::reduced}) {
        const auto law = law::build_law(
            {.kind = law::ModelKind::low_rank, .dimension = 12, .residual_sigma = 1.0}, representation);
        auto spec = spec_of(law);
        spec.branch_times = {Time{0.2}, Time{0.5}, Time{1.2}};
        CloneEnsemble clones(spec, ou());
        const auto row = clones.run(TrajectoryId{0}, 40000);
        for (std::size_t b = 0; b < 3; ++b) {
            const double rho2 = std::exp(-2 * (spec.branch_times[b].value - 0.05));
            const auto overlap = found(row, b, CloneQuantity::overlap);
            expect_consistent(overlap.mean, overlap.standard_error, rho2);
            expect_consistent(overlap.variance, overlap.variance_stderr, (1 + rho2 * rho2) / 12);
        }
    }
}

// Of independent clones the mean over the P pairs of a tuple has the variance of one overlap over P: no two pairs share their angle,
// however many there are (with the angles of 256 pairs alone it would be 1.8 times that).
TEST(Clones, EveryPairOfManyHasAnAngleOfItsOwn) {
    const auto law =
        law::build_law({.kind = law::ModelKind::low_rank, .dimension = 40, .residual_sigma = 1.0},
                       law::Representation::reduced);
    auto spec = spec_of(law);
    spec.copies = 30;
    spec.branch_times = {Time{6.0}};
    CloneEnsemble clones(spec, ou());
    constexpr double pairs = 435.0;
    std::vector<double> means;
    measure::Moments all;
    for (std::uint64_t i = 0; i < 4000; ++i) {
        const auto row = clones.run(TrajectoryId{i}, 1);
        const auto& overlap = row[clone_column(0, CloneQuantity::overlap)];
        ASSERT_EQ(overlap.count, pairs);
        means.push_back(overlap.mean);
        all.merge(overlap);
    }
    const auto of_means = measure::estimate(measure::moments_of(means));
    const double one = measure::estimate(all).variance / pairs;
    expect_consistent(of_means.variance / one, of_means.variance_stderr / one, 1.0);
}

// The same at every observation time on the way: rho = e^-(t_b - t), and nothing before the branching.
TEST(Clones, OverlapOnTheWayOfOneGaussianHasClosedMoments) {
    for (const auto representation : {law::Representation::full, law::Representation::reduced}) {
        const auto law = law::build_law(
            {.kind = law::ModelKind::low_rank, .dimension = 12, .residual_sigma = 1.0}, representation);
        auto spec = spec_of(law);
        spec.overlap_path = true;
        spec.branch_times = {spec.times[4], Time{0.5}, Time{1.2}};
        CloneEnsemble clones(spec, ou());
        const auto row = clones.run(TrajectoryId{0}, 40000);
        ASSERT_EQ(row.size(), clone_columns(spec));
        std::vector<std::uint64_t> followed;
        for (std::size_t b = 0; b < 3; ++b) {
            for (std::size_t i = 0; i < spec.times.size(); ++i) {
                const auto& moments = row[overlap_column(3, spec.times.size(), b, i)];
                EXPECT_EQ(moments.count, spec.branch_times[b] < spec.times[i] ? 0.0 : 40000.0);
                followed.push_back(static_cast<std::uint64_t>(moments.count));
                if (moments.count == 0) continue;
                const auto q = measure::estimate(moments);
                const double rho2 = std::exp(-2 * (spec.branch_times[b].value - spec.times[i].value));
                expect_consistent(q.mean, q.standard_error, rho2);
                expect_consistent(q.variance, q.variance_stderr, (1 + rho2 * rho2) / 12);
            }
            EXPECT_EQ(row[overlap_column(3, spec.times.size(), b, 0)].mean,
                      row[clone_column(b, CloneQuantity::overlap)].mean);
        }
        const auto packed = clones.take_overlaps().pack();  // exponent, first bin, bins, rows, counts
        const auto bins = static_cast<std::size_t>(packed[2]);
        ASSERT_EQ(packed.size(), 4 + followed.size() * bins);
        for (std::size_t i = 0; i < followed.size(); ++i) {
            const auto counts = packed.begin() + 4 + static_cast<std::ptrdiff_t>(i * bins);
            const auto all =
                std::accumulate(counts, counts + static_cast<std::ptrdiff_t>(bins), std::int64_t{0});
            EXPECT_EQ(all, static_cast<std::int64_t>(followed[i]));
        }
    }
}

// Two clusters deep in their wells keep the overlap mu^2 alpha^2 of one cluster, and of both where clones part: full and reduced alike.
TEST(Clones, OverlapOnTheWayIsTheSameInEveryRepresentation) {
    std::vector<std::vector<measure::Estimate>> all;
    for (const auto representation : {law::Representation::full, law::Representation::reduced}) {
        const auto law =
            law::build_law({.kind = law::ModelKind::two_clusters, .dimension = 16}, representation);
        auto spec = spec_of(law, IntegratorKind::heun);
        spec.substeps = 4;
        spec.overlap_path = true;
        spec.seed = representation == law::Representation::full ? 11 : 12;
        CloneEnsemble clones(spec, ou());
        const auto row = clones.run(TrajectoryId{0}, 20000);
        auto& found_here = all.emplace_back();
        for (std::size_t b = 0; b < 3; ++b)
            for (std::size_t i = 0; i < spec.times.size(); ++i)
                if (!(spec.branch_times[b] < spec.times[i]))
                    found_here.push_back(measure::estimate(row[overlap_column(3, spec.times.size(), b, i)]));
    }
    ASSERT_EQ(all[0].size(), all[1].size());
    for (std::size_t i = 0; i < all[0].size(); ++i) {
        expect_consistent(all[0][i].mean, std::hypot(all[0][i].standard_error, all[1][i].standard_error),
                          all[1][i].mean);
        expect_consistent(all[0][i].variance,
                          std::hypot(all[0][i].variance_stderr, all[1][i].variance_stderr),
                          all[1][i].variance);
    }
}

// Collisions of datum and class, [datum, class], over states made from data at one time.
std::array<measure::Estimate, 2> collisions_of_noised_data(const law::Law& law, Time branching, StepId draw) {
    dynamics::CleanData clean;
    dynamics::States states;
    dynamics::Posterior posterior;
    const dynamics::ExactTransition transition(law, ou());
    const auto time = ou().at(branching);
    transition.draw_clean(99, draw, TrajectoryId{0}, 20000, clean);
    transition.noised(clean, time, 99, draw, states);
    dynamics::PosteriorEvaluator(law).evaluate(states, time, {.latents = true}, posterior);
    const auto of_lanes = [](const Lanes& v) {
        return measure::estimate(measure::moments_of({v.data(), static_cast<std::size_t>(v.size())}));
    };
    return {of_lanes(posterior.component.collision), of_lanes(posterior.levels[0].collision)};
}

// Data: clones end on one datum as often as the participation at the branching says, estimated here from states made from data.
TEST(Clones, OfDataEndOnOneDatumAsOftenAsTheParticipationSays) {
    const auto law = law::draw_empirical(
        law::build_law({.kind = law::ModelKind::two_clusters, .dimension = 6}, law::Representation::full), 40,
        5);
    auto spec = spec_of(law);
    spec.branch_times = {Time{0.15}, Time{0.4}, Time{0.8}, Time{1.5}};
    CloneEnsemble clones(spec, ou());
    const auto row = clones.run(TrajectoryId{0}, 20000);
    for (std::size_t b = 0; b < spec.branch_times.size(); ++b) {
        const auto [datum, classes] =
            collisions_of_noised_data(law, spec.branch_times[b], StepId{static_cast<std::uint32_t>(b)});
        const auto same_datum = found(row, b, CloneQuantity::same_datum);
        const auto same_class = found(row, b, CloneQuantity::same_class);

        expect_consistent(same_datum.mean, std::hypot(same_datum.standard_error, datum.standard_error),
                          datum.mean);
        expect_consistent(same_class.mean, std::hypot(same_class.standard_error, classes.standard_error),
                          classes.mean);
        EXPECT_GT(same_class.mean, same_datum.mean);

        const auto datum_collision = found(row, b, CloneQuantity::datum_collision);
        expect_consistent(datum_collision.mean,
                          std::hypot(datum_collision.standard_error, datum.standard_error), datum.mean);
        const auto class_collision = found(row, b, CloneQuantity::class_collision);
        expect_consistent(class_collision.mean,
                          std::hypot(class_collision.standard_error, classes.standard_error), classes.mean);
    }
}

// Of three copies the share is that of three pairs: same_datum and same_class lie in [0, 1] and agree with the collision at the branching.
TEST(Clones, TriplesOfDataCountEveryPair) {
    const auto law = law::draw_empirical(
        law::build_law({.kind = law::ModelKind::two_clusters, .dimension = 6}, law::Representation::full), 40,
        5);
    auto spec = spec_of(law);
    spec.copies = 3;
    spec.branch_times = {Time{0.15}, Time{0.4}, Time{0.8}};
    CloneEnsemble clones(spec, ou());
    const auto row = clones.run(TrajectoryId{0}, 5000);
    for (std::size_t b = 0; b < spec.branch_times.size(); ++b)
        for (const auto& [same, collision] :
             {std::pair(CloneQuantity::same_datum, CloneQuantity::datum_collision),
              std::pair(CloneQuantity::same_class, CloneQuantity::class_collision)}) {
            const auto share = found(row, b, same), exact = found(row, b, collision);
            EXPECT_LE(share.maximum, 1.0);
            expect_consistent(share.mean, std::hypot(share.standard_error, exact.standard_error), exact.mean);
        }
}

TEST(Clones, BranchedAtTheEndAreOne) {
    const auto law =
        law::build_law({.kind = law::ModelKind::low_rank, .dimension = 12, .residual_sigma = 1.0},
                       law::Representation::full);
    auto spec = spec_of(law);
    spec.branch_times = {Time{0.05}};
    CloneEnsemble clones(spec, ou());
    const auto row = clones.run(TrajectoryId{0}, 20000);
    const auto overlap = found(row, 0, CloneQuantity::overlap);
    expect_consistent(overlap.mean, overlap.standard_error, 1.0);  // |x|^2/d
}

}  // namespace
}  // namespace kairos::phases
