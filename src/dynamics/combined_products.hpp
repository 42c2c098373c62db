// src/dynamics/combined_products.hpp: the logits of a tile at one time from two products that serve every time.
//
//   out(k, lane) = a p(k, lane) + b q(k, lane) + c[k]          vectorised over lanes
//
// p, q, out: rows x panel_width<double>, as tile_logits leaves them.
#pragma once
#include "packed_tile.hpp"

namespace kairos::dynamics {

struct CombinedProducts {
    const double *p, *q;
    double a, b;
    const double* c;
};

void combine(const CombinedProducts& products, Index rows, double* out);

}  // namespace kairos::dynamics
