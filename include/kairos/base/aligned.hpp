// include/kairos/base/aligned.hpp: memory that begins on a cache line and keeps its size between uses.
//
// What is large asks for pages of 2 MiB: products walk over more small pages than a processor knows the addresses of. Where the system gives
// none (/sys/kernel/mm/transparent_hugepage/enabled is "never"), small ones serve, some per cent more slowly.
// Errors: std::bad_alloc.
#pragma once
#include <cstddef>
#include <memory>
#include <new>

namespace kairos {

// Of the pages that lie in memory .. memory + bytes as a whole, before they are first written to.
void ask_for_large_pages(void* memory, std::size_t bytes);

template <class Value>
class Aligned {
public:
    // At least `count` values; contents are lost where it grows.
    void reserve(std::size_t count) {
        if (count <= size_) return;
        values_.reset(static_cast<Value*>(::operator new(count * sizeof(Value), line)));
        size_ = count;
        ask_for_large_pages(values_.get(), count * sizeof(Value));
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

}  // namespace kairos
