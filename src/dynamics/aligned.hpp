// src/dynamics/aligned.hpp: memory that begins on a cache line and keeps its size between uses.
#pragma once
#include <cstddef>
#include <memory>
#include <new>

namespace kairos::dynamics {

template <class Value>
class Aligned {
public:
    // At least `count` values; contents are lost where it grows.
    void reserve(std::size_t count) {
        if (count <= size_) return;
        values_.reset(static_cast<Value*>(::operator new(count * sizeof(Value), line)));
        size_ = count;
    }
    [[nodiscard]] Value* data() { return values_.get(); }
    [[nodiscard]] const Value* data() const { return values_.get(); }

private:
    static constexpr std::align_val_t line{64};
    struct Release {
        void operator()(Value* values) const { ::operator delete(values, line); }
    };
    std::unique_ptr<Value, Release> values_;
    std::size_t size_ = 0;
};

}  // namespace kairos::dynamics
