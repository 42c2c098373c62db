#include "dynamics/softmax_checks.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace kairos::test {

Stream random_stream(Index n, Index m, double width, unsigned seed, std::vector<int> classes) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal;
    Stream stream;
    stream.logits.resize(n, m);
    stream.norm2.resize(n);
    for (Index k = 0; k < n; ++k) {
        for (Index j = 0; j < m; ++j) {
            stream.logits(k, j) = 1000.0 * static_cast<double>(j % 3) +
                                  width * std::pow(10.0, -static_cast<double>(j % 4)) * normal(generator);
        }
        stream.norm2[k] = std::exp(normal(generator));
    }
    for (const int count : classes) {
        std::vector<int> level;
        for (Index k = 0; k < n; ++k) {
            level.push_back(static_cast<int>(k * count / n));
        }
        stream.class_of.push_back(level);
    }
    return stream;
}

void expect_latent(const Latent& latent, Index j, const ExactLatent& exact, double relative,
                   double log_error) {
    const auto h = static_cast<double>(exact.entropy), v = static_cast<double>(exact.varentropy);
    EXPECT_NEAR(latent.entropy[j], h, relative * h);
    EXPECT_NEAR(latent.varentropy[j], v,
                10 * relative * v + 2 * log_error * std::sqrt(v) + log_error * log_error + 1e-18 * relative);
    EXPECT_NEAR(latent.collision[j], static_cast<double>(exact.collision), relative);
    EXPECT_NEAR(latent.max_weight[j], static_cast<double>(exact.weights[static_cast<std::size_t>(exact.top)]),
                relative);
    EXPECT_NEAR(latent.top_surprisal[j], static_cast<double>(exact.top_surprisal),
                relative * static_cast<double>(exact.top_surprisal));
    EXPECT_EQ(latent.top[j], static_cast<double>(exact.top));
}

double second_moment(const Stream& stream, const OnlineSoftmax& softmax, Index j) {
    const double top = softmax.top_weight(j) * stream.norm2[softmax.top(j)];
    return (top + softmax.moment(j)) / (softmax.top_weight(j) + softmax.others(j));
}

void expect_lane(const Stream& stream, const OnlineSoftmax& softmax, Index j, double relative,
                 double log_error) {
    Latent component;
    std::vector<Latent> levels;
    softmax.summarise(component, levels);
    const ExactLatent exact = exact_latent(column(stream, j));
    expect_latent(component, j, exact, relative, log_error);
    EXPECT_EQ(softmax.maximum()[j], stream.logits.col(j).maxCoeff());
    EXPECT_NEAR(softmax.log_total()[j], static_cast<double>(exact.top_surprisal),
                relative * static_cast<double>(exact.top_surprisal));
    long double moment = 0;
    for (Index k = 0; k < stream.logits.rows(); ++k) {
        moment += exact.weights[static_cast<std::size_t>(k)] * static_cast<long double>(stream.norm2[k]);
    }
    EXPECT_NEAR(second_moment(stream, softmax, j), static_cast<double>(moment),
                relative * static_cast<double>(moment));
    ASSERT_EQ(levels.size(), stream.class_of.size());
    for (std::size_t l = 0; l < levels.size(); ++l) {
        const ExactLatent level = exact_level(stream, l, j);
        expect_latent(levels[l], j, level, relative, log_error);
        const auto class_of_top =
            static_cast<std::size_t>(stream.class_of[l][static_cast<std::size_t>(exact.top)]);
        long double other_classes = 0;
        for (std::size_t c = 0; c < level.weights.size(); ++c) {
            other_classes += c == class_of_top ? 0 : level.weights[c];
        }
        EXPECT_NEAR(
            levels[l].within[j], static_cast<double>(level.within),
            relative * static_cast<double>(level.within) + 1e-13 * static_cast<double>(other_classes));
        for (std::size_t c = 0; c < level.weights.size(); ++c) {
            const auto w = static_cast<double>(level.weights[c]);
            EXPECT_NEAR(levels[l].weights(static_cast<Index>(c), j), w, relative * w + 1e-300);
        }
    }
}

}  // namespace kairos::test
