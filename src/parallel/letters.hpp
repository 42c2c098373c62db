// src/parallel/letters.hpp: numbers that some ranks write to others, who need not know how many.
#pragma once
#include <vector>

#include "kairos/parallel/communicator.hpp"

namespace kairos::parallel {

using Parts = std::vector<std::vector<double>>;

struct Letter {
    int to;
    std::vector<double> content;
};

// What each of these ranks has written to this one; all are on their way at once, first their lengths.
Parts exchanged(const Communicator::Link& link, std::vector<Letter> letters, const std::vector<int>& from,
                std::size_t piece);

}  // namespace kairos::parallel
