// include/kairos/random/vector_math.hpp: exp and log over whole arrays, vectorised with run-time dispatch.
//
//   out[i] = exp(in[i]),   out[i] = log(in[i])         in place is allowed (in.data() == out.data())
//
// Relative error below 4 ulp over the whole range; exp(-inf) = 0, exp below -745.2 = 0, log(0) = -inf. Units: dimensionless.
#pragma once
#include <span>

namespace kairos::random {

void exp_of(std::span<const double> in, std::span<double> out);
void log_of(std::span<const double> in, std::span<double> out);

// The cheap exp of weights: for in[i] from -1e6 to 709 (float: 88), 0 below -708 (float: -86.5). Relative error below 4 ulp.
void flushed_exp_of(std::span<const double> in, std::span<double> out);
void flushed_exp_of(std::span<const float> in, std::span<float> out);

// Name of the instruction set that run-time dispatch chose ("AVX3_ZEN4", "AVX2", "SSE4", ...).
const char* dispatch_target();

}  // namespace kairos::random
