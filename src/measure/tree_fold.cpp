#include "kairos/measure/tree_fold.hpp"

#include <cassert>
#include <utility>

namespace kairos::measure {
namespace {

void merge_rows(std::vector<Moments>& into, const std::vector<Moments>& next) {
    assert(into.size() == next.size());
    for (std::size_t i = 0; i < into.size(); ++i) into[i].merge(next[i]);
}

}  // namespace

// As a binary counter: two subtrees of one size become one.
void TreeFold::add(std::span<const Moments> row) {
    std::vector<Moments> own;
    if (!spare_.empty()) {
        own = std::move(spare_.back());
        spare_.pop_back();
    }
    own.assign(row.begin(), row.end());
    subtrees_.push_back({rows_++, 1, std::move(own)});
    while (subtrees_.size() > 1 && subtrees_[subtrees_.size() - 2].count == subtrees_.back().count) {
        Subtree& larger = subtrees_[subtrees_.size() - 2];
        merge_rows(larger.moments, subtrees_.back().moments);
        larger.count *= 2;
        spare_.push_back(std::move(subtrees_.back().moments));
        subtrees_.pop_back();
    }
}

std::vector<Moments> TreeFold::take() {
    if (subtrees_.empty()) return {};
    while (subtrees_.size() > 1) {
        merge_rows(subtrees_[subtrees_.size() - 2].moments, subtrees_.back().moments);
        subtrees_.pop_back();
    }
    std::vector<Moments> all = std::move(subtrees_.front().moments);
    subtrees_.clear();
    rows_ = 0;
    return all;
}

}  // namespace kairos::measure
