// include/kairos/parallel/communicator.hpp: the one door through which ranks talk to each other.
//
// A value: copies mean the same group of ranks. `serial()` is a twin of one rank that makes no MPI call and
// needs no MpiSession. Every method but rank(), size() and is_root() is collective: all ranks of the group
// call it, in the same order. Determinism: sums of doubles depend on the order in which MPI adds, hence on
// the number of ranks. Results are folded from transposed batches instead (transpose.hpp); sums here are for
// integers, maxima and minima, and times for the log. Counts may exceed 2^31: large transfers are cut into
// pieces. `piece` is the most elements sent in one call (tests take small ones). Errors:
// Error(ExitCode::other) naming the MPI call.
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace kairos::parallel {

template <class T>
concept Reducible =
    std::same_as<T, double> || std::same_as<T, std::int64_t> || std::same_as<T, std::uint64_t>;

inline constexpr std::size_t largest_piece = std::size_t{1} << 28;  // doubles: 2 GiB, below every int count

class Communicator {
public:
    [[nodiscard]] static Communicator world();
    [[nodiscard]] static Communicator serial();

    [[nodiscard]] int rank() const;
    [[nodiscard]] int size() const;
    [[nodiscard]] bool is_root() const { return rank() == 0; }

    // The ranks of this group that share memory with the caller.
    [[nodiscard]] Communicator node() const;
    [[nodiscard]] bool one_node() const;
    // The ranks that give the same group number as the caller, in their order here.
    [[nodiscard]] Communicator split(int group) const;

    void barrier() const;

    template <class T>
    requires std::is_trivially_copyable_v<T>
    void broadcast(std::span<T> values, int root = 0) const {
        broadcast_bytes(std::as_writable_bytes(values), root);
    }
    template <class T>
    requires(std::is_trivially_copyable_v<T> && !std::is_const_v<T> &&
             !std::is_pointer_v<T>) void broadcast_value(T& value, int root = 0) const {
        broadcast_bytes(std::as_writable_bytes(std::span<T, 1>(&value, 1)), root);
    }
    void broadcast(std::string& text, int root = 0) const;

    // Over all ranks, the same on every rank. A NaN in max or min gives an unspecified result.
    template <Reducible T>
    [[nodiscard]] T sum(T value) const {
        sum(std::span<T>(&value, 1));
        return value;
    }
    template <Reducible T>
    [[nodiscard]] T max(T value) const {
        max(std::span<T>(&value, 1));
        return value;
    }
    template <Reducible T>
    [[nodiscard]] T min(T value) const {
        min(std::span<T>(&value, 1));
        return value;
    }
    // Element by element, in place.
    template <Reducible T>
    void sum(std::span<T> values) const;
    template <Reducible T>
    void max(std::span<T> values) const;
    template <Reducible T>
    void min(std::span<T> values) const;

    [[nodiscard]] bool any(bool mine) const { return max(std::int64_t{mine}) != 0; }
    [[nodiscard]] bool all(bool mine) const { return min(std::int64_t{mine}) != 0; }

    // The text of the lowest rank whose text is not empty (empty if there is none), on every rank: how ranks
    // agree on an error that one of them met.
    [[nodiscard]] std::string first_text(const std::string& mine) const;

    // Vectors of any lengths joined in rank order: on every rank, or on the root alone (elsewhere empty).
    [[nodiscard]] std::vector<double> all_gather(std::span<const double> mine,
                                                 std::size_t piece = largest_piece) const;
    [[nodiscard]] std::vector<double> gather(std::span<const double> mine,
                                             std::size_t piece = largest_piece) const;

    // One text a rank, in rank order, on the root; elsewhere none.
    [[nodiscard]] std::vector<std::string> gather_texts(const std::string& mine) const;

    // to[r] goes to rank r; the result's [r] came from rank r. Each part sent is freed as soon as it is on
    // its way.
    [[nodiscard]] std::vector<std::vector<double>> all_to_all(std::vector<std::vector<double>> to,
                                                              std::size_t piece = largest_piece) const;

    struct Link;  // what stands behind: native.hpp
    [[nodiscard]] const Link& link() const { return *link_; }

private:
    explicit Communicator(std::shared_ptr<const Link> link) : link_(std::move(link)) {}
    void broadcast_bytes(std::span<std::byte> bytes, int root) const;

    std::shared_ptr<const Link> link_;
};

}  // namespace kairos::parallel
