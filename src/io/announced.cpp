#include "announced.hpp"

#include <cstring>
#include <type_traits>

namespace kairos::io {
namespace {

template <class T>
constexpr bool is_number = std::is_arithmetic_v<T>;

class Packer {
public:
    template <class T>
    void put(const T& content) {
        if constexpr (is_number<T>) {
            bytes.append(reinterpret_cast<const char*>(&content), sizeof content);
        } else {
            put(std::uint64_t{content.size()});
            bytes.append(reinterpret_cast<const char*>(content.data()),
                         content.size() * sizeof(typename T::value_type));
        }
    }
    std::string bytes{};
};

class Unpacker {
public:
    explicit Unpacker(const std::string& bytes) : at_(bytes.data()) {}
    template <class T>
    [[nodiscard]] T take() {
        T content{};
        if constexpr (is_number<T>) {
            copy(&content, sizeof content);
        } else {
            content.resize(take<std::uint64_t>());
            copy(content.data(), content.size() * sizeof(typename T::value_type));
        }
        return content;
    }

private:
    void copy(void* to, std::size_t count) {
        if (count > 0) std::memcpy(to, at_, count);
        at_ += count;
    }
    const char* at_;
};

// The alternative of that number.
template <std::size_t number = 0>
Attribute take_attribute(Unpacker& from, std::uint64_t kind) {
    if constexpr (number + 1 < std::variant_size_v<Attribute>)
        if (kind != number) return take_attribute<number + 1>(from, kind);
    return from.take<std::variant_alternative_t<number, Attribute>>();
}

std::string packed(const Announced& announced) {
    Packer to;
    to.put(announced.fault);
    to.put(announced.type);
    to.put(announced.length);
    to.put(std::uint64_t{announced.attributes.size()});
    for (const auto& [name, value] : announced.attributes) {
        to.put(name);
        to.put(std::uint64_t{value.index()});
        std::visit([&](const auto& content) { to.put(content); }, value);
    }
    return to.bytes;
}

Announced unpacked(const std::string& bytes) {
    Unpacker from(bytes);
    Announced announced{.fault = from.take<std::string>()};
    announced.type = from.take<std::uint64_t>();
    announced.length = from.take<std::uint64_t>();
    announced.attributes.resize(from.take<std::uint64_t>());
    for (auto& [name, value] : announced.attributes) {
        name = from.take<std::string>();
        value = take_attribute(from, from.take<std::uint64_t>());
    }
    return announced;
}

}  // namespace

Announced of_root(const parallel::Communicator& communicator, const Announced& mine) {
    if (communicator.size() == 1) return mine;
    std::string bytes = communicator.is_root() ? packed(mine) : std::string();
    communicator.broadcast(bytes);
    return communicator.is_root() ? mine : unpacked(bytes);
}

}  // namespace kairos::io
