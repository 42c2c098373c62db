#include "packed_tile.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace kairos::dynamics {

template <class Real>
PackedTile<Real>::PackedTile(Index coordinates)
    : coordinates_(round_up(coordinates, data_group)),
      stride_(round_up(data_group * coordinates_, 64 / static_cast<Index>(sizeof(Real))) +
              128 / static_cast<Index>(sizeof(Real))) {
    values_.reserve(static_cast<std::size_t>(stride_ * (tile_rows / data_group)));
}

template <class Real>
void PackedTile<Real>::fill(const Eigen::Ref<const Matrix>& data, std::span<const Index> columns) {
    assert(columns.size() % data_group == 0 && static_cast<Index>(columns.size()) <= tile_rows);
    rows_ = static_cast<Index>(columns.size());
    const Index d = data.rows();
    const Vector nothing = Vector::Zero(d);
    for (Index first = 0; first < rows_; first += data_group) {
        std::array<const double*, data_group> from{};
        for (Index r = 0; r < data_group; ++r) {
            const Index column = columns[static_cast<std::size_t>(first + r)];
            from[static_cast<std::size_t>(r)] = column < 0 ? nothing.data() : data.col(column).data();
        }
        const auto [a, b, c, e, f, g] = from;
        Real* to = values_.data() + first / data_group * stride_;
        for (Index k = 0; k < d; ++k, to += data_group) {
            to[0] = static_cast<Real>(a[k]), to[1] = static_cast<Real>(b[k]), to[2] = static_cast<Real>(c[k]);
            to[3] = static_cast<Real>(e[k]), to[4] = static_cast<Real>(f[k]), to[5] = static_cast<Real>(g[k]);
        }
        std::fill(to, to + (coordinates_ - d) * data_group, Real{0});
    }
}

template <class Real>
void pack_panels(const Rows& states, double factor, Index rows, Aligned<Real>& panels) {
    constexpr Index width = panel_width<Real>;
    const Index lanes = states.cols(), d = states.rows();
    panels.reserve(static_cast<std::size_t>(rows * round_up(lanes, width)));
    Real* to = panels.data();
    for (Index first = 0; first < lanes; first += width) {
        const Index count = std::min(width, lanes - first);
        for (Index k = 0; k < rows; ++k, to += width) {
            const Index used = k < d ? count : 0;
            for (Index q = 0; q < used; ++q) to[q] = static_cast<Real>(factor * states(k, first + q));
            std::fill(to + used, to + width, Real{0});
        }
    }
}

template class PackedTile<double>;
template class PackedTile<float>;
template void pack_panels(const Rows&, double, Index, Aligned<double>&);
template void pack_panels(const Rows&, double, Index, Aligned<float>&);

}  // namespace kairos::dynamics
