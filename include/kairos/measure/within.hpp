// include/kairos/measure/within.hpp: the part of the information that does not depend on which component a state belongs to.
//
//   I_k(snr) = 1/2 sum_S log(1 + snr S)            I(y; x_t | component k), S over the d eigenvalues of S_k; nats
//   F_k(snr) = sum_S snr S/(1 + snr S)             tr of the filter within component k; d I_k/d log snr = F_k/2
//
// Averages over components use the prior weights. Integrals of the pathwise rate subtract F's average by quadrature and add
// I's exactly, so that the quadrature only sees what varies from path to path.
// Source: docs/theory.md, "Conditional entropy"; Guo, Shamai, Verdu 2005.
#pragma once
#include <vector>

#include "kairos/law/mixture.hpp"

namespace kairos::measure {

// Directions of one component that share an eigenvalue of S_k, and how much of its mean lies in them.
struct Eigenspace {
    double value, multiplicity, mean_norm2;
};

// All d dimensions of component k, complement included, into `out` (whose memory is reused).
void eigenspaces(const law::Mixture& mixture, Index k, std::vector<Eigenspace>& out);

struct Within {
    Vector information;                            // [K] I_k (one entry if the covariance is shared)
    Vector filter;                                 // [K] F_k
    double mean_information = 0, mean_filter = 0;  // prior averages
};

[[nodiscard]] Within within_components(const law::Mixture& mixture, double snr);

}  // namespace kairos::measure
