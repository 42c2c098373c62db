// tests/dynamics/softmax_checks.hpp: random logits, and what an online softmax must make of them.
#pragma once
#include <vector>

#include "dynamics/stream_of_tiles.hpp"

namespace kairos::test {

// Logits of a lane spread over `width` nats times a factor that differs from lane to lane.
[[nodiscard]] Stream random_stream(Index n, Index m, double width, unsigned seed,
                                   std::vector<int> classes = {});

// log_error: of the logarithms of weights, which shows where weights are so even that their logarithms hardly differ.
void expect_latent(const Latent& latent, Index j, const ExactLatent& exact, double relative,
                   double log_error = 0.0);

// sum_j w_j norm2_j of one lane, from its sums: the top datum, which they leave out, is looked up.
[[nodiscard]] double second_moment(const Stream& stream, const OnlineSoftmax& softmax, Index j);

// Everything that one lane's sums say.
void expect_lane(const Stream& stream, const OnlineSoftmax& softmax, Index j, double relative,
                 double log_error = 0.0);

}  // namespace kairos::test
