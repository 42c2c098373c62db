// A pass divided among threads against the whole pass: to rounding for every number of shards, and to the bit among the workers.
#include "kairos/dynamics/shards.hpp"

#include <gtest/gtest.h>

#include <barrier>
#include <functional>
#include <thread>

#include "dynamics/brute_force.hpp"
#include "dynamics/many_data.hpp"
#include "kairos/dynamics/common_coupling.hpp"

namespace kairos::dynamics {
namespace {

// What threads of one process exchange with each other.
class Table {
public:
    explicit Table(std::size_t count) : parts_(count), barrier_(static_cast<std::ptrdiff_t>(count)) {}
    std::size_t count() const { return parts_.size(); }
    std::vector<double> exchange(std::size_t index, std::span<const double> mine) {
        parts_[index].assign(mine.begin(), mine.end());
        barrier_.arrive_and_wait();
        std::vector<double> all;
        for (const auto& part : parts_) all.insert(all.end(), part.begin(), part.end());
        barrier_.arrive_and_wait();
        return all;
    }

private:
    std::vector<std::vector<double>> parts_;
    std::barrier<> barrier_;
};

class ThreadShards : public Shards {
public:
    ThreadShards(Table& table, std::size_t index) : table_(table), index_(index) {}
    std::size_t count() const override { return table_.count(); }
    std::size_t index() const override { return index_; }
    std::vector<double> exchange(std::span<const double> mine) const override {
        return table_.exchange(index_, mine);
    }

private:
    Table& table_;
    std::size_t index_;
};

using Work = std::function<Posterior(std::shared_ptr<const Shards>)>;

// The posterior of every worker.
std::vector<Posterior> divided(std::size_t count, const Work& work) {
    Table table(count);
    std::vector<Posterior> found(count);
    std::vector<std::thread> threads;
    for (std::size_t s = 0; s < count; ++s)
        threads.emplace_back([&, s] { found[s] = work(std::make_shared<const ThreadShards>(table, s)); });
    for (std::thread& thread : threads) thread.join();
    return found;
}

void expect_near(const Lanes& found, const Lanes& wanted, const char* what) {
    ASSERT_EQ(found.size(), wanted.size()) << what;
    for (Index q = 0; q < found.size(); ++q)
        EXPECT_NEAR(found[q], wanted[q], 1e-10 * (1.0 + std::abs(wanted[q]))) << what << ", lane " << q;
}

void expect_same_latents(const Posterior& found, const Posterior& wanted) {
    expect_near(found.log_density, wanted.log_density, "log_density");
    expect_near(found.component.entropy, wanted.component.entropy, "entropy");
    expect_near(found.component.varentropy, wanted.component.varentropy, "varentropy");
    expect_near(found.component.collision, wanted.component.collision, "collision");
    expect_near(found.component.max_weight, wanted.component.max_weight, "max_weight");
    EXPECT_TRUE((found.component.top == wanted.component.top).all());
    ASSERT_EQ(found.levels.size(), wanted.levels.size());
    for (std::size_t l = 0; l < found.levels.size(); ++l) {
        EXPECT_LT((found.levels[l].weights - wanted.levels[l].weights).cwiseAbs().maxCoeff(), 1e-11);
        expect_near(found.levels[l].within, wanted.levels[l].within, "within");
    }
}

void expect_same(const Posterior& found, const Posterior& wanted) {
    expect_same_latents(found, wanted);
    EXPECT_LT((found.score - wanted.score).cwiseAbs().maxCoeff(), 1e-10);
    expect_near(found.score_spread, wanted.score_spread, "spread");
    expect_near(found.class_spread, wanted.class_spread, "class_spread");
    EXPECT_EQ(found.chosen, wanted.chosen);
}

struct Case {
    std::size_t shards;
    Index data;
    Numerics numerics;
    double sigma2;
};

class DividedPass : public testing::TestWithParam<Case> {};

TEST_P(DividedPass, EqualsTheWholePass) {
    const Case& given = GetParam();
    const law::Law law = test::data_law(given.data, 13, 3, 17);
    const TimePoint time = test::at(std::sqrt(1.0 - given.sigma2), given.sigma2);
    const States states = test::states_of(law, time, 70, 23);
    const Request request{.score = true,
                          .spread = true,
                          .class_spread = true,
                          .latents = true,
                          .fourth = true,
                          .draw = Draw{{5, random::Purpose::choice}, StepId{3}}};
    const Work work = [&](std::shared_ptr<const Shards> shards) {
        Numerics numerics = given.numerics;
        numerics.shards = std::move(shards);
        PosteriorEvaluator evaluator(law, numerics);
        Posterior out;
        evaluator.evaluate(states, time, request, out);
        return out;
    };
    const Posterior whole = work(nullptr);
    const auto found = divided(given.shards, work);
    for (const Posterior& one : found) {
        EXPECT_EQ(one.score, found.front().score);
        EXPECT_TRUE((one.component.entropy == found.front().component.entropy).all());
        EXPECT_EQ(one.chosen, found.front().chosen);
    }
    expect_same(found.back(), whole);
}

// 2000 data are eleven tiles; one tile leaves two of three workers without data.
INSTANTIATE_TEST_SUITE_P(Shards, DividedPass,
                         testing::Values(Case{1, 2000, {}, 0.3}, Case{2, 2000, {}, 0.3},
                                         Case{3, 2000, {}, 0.3}, Case{3, 150, {}, 0.5},
                                         Case{3, 2000, {}, 1e-3},
                                         Case{3, 2000, {.screening = Screening::always}, 0.02},
                                         Case{2, 5000, {.screening = Screening::automatic}, 0.02}));

TEST(DividedPass, ServesAllTimesOfCommonCoupling) {
    const law::Law law = test::data_law(1000, 9, 2, 3);
    const std::vector<TimePoint> times{test::at(0.99, 0.0199), test::at(0.6, 0.64)};
    const States clean = test::states_of(law, times[0], 40, 5), noise = test::states_of(law, times[1], 40, 6);
    for (std::size_t i = 0; i < times.size(); ++i) {
        const Work work = [&](std::shared_ptr<const Shards> shards) {
            CommonCoupling coupling(law, times, std::move(shards));
            coupling.prepare(clean.x, noise.x);
            States states = clean;
            states.x = times[i].alpha * clean.x + std::sqrt(times[i].sigma2) * noise.x;
            Posterior out;
            coupling.evaluate(i, states, out);
            return out;
        };
        const Posterior whole = work(nullptr);
        for (const Posterior& one : divided(3, work)) expect_same_latents(one, whole);
    }
}

}  // namespace
}  // namespace kairos::dynamics
