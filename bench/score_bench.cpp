// bench/score_bench.cpp: evaluations of the posterior of given data on demand, timed by bench/side-by-side in turn with other programs.
//
//   score_bench DATA QUERIES d n m TIME VARIANT
//
// DATA (n rows) and QUERIES (m rows) are raw little-endian doubles, d a row; the process is ou. Lines on standard input, each answered by one:
//   run         evaluates for a tenth of a second: "SECONDS QUERIES FLOPS BEST", processor time, m times the evaluations, what multiply-adds alone
//               got done between them a second, and their best millisecond right after
//   write FILE  the posterior means (m rows of d), then the m entropies, of the last evaluation
//   quit
// Units: nats, and those of the data. Errors: a sentence on standard error and exit code 1.
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "kairos/dynamics/posterior.hpp"
#include "kairos/law/empirical.hpp"
#include "limits.hpp"

namespace kairos::bench {
namespace {

static_assert(std::endian::native == std::endian::little, "files are read as they are");

using dynamics::Precision, dynamics::Screening;

// The ways to evaluate that can be compared. A new one: a row here, and its tolerance in bench/side-by-side.
const std::array variants{
    std::pair<std::string_view, dynamics::Numerics>{"double", {Precision::in_double, Screening::never}},
    std::pair<std::string_view, dynamics::Numerics>{"screened", {Precision::in_double, Screening::always}},
    std::pair<std::string_view, dynamics::Numerics>{"automatic",
                                                    {Precision::in_double, Screening::automatic}},
    std::pair<std::string_view, dynamics::Numerics>{"mixed", {Precision::mixed, Screening::never}},
};

dynamics::Numerics variant(std::string_view name) {
    for (const auto& [known, numerics] : variants) {
        if (known == name) return numerics;
    }
    throw std::invalid_argument("no variant " + std::string(name));
}

void read(const std::string& file, double* values, Index count) {
    std::ifstream in(file, std::ios::binary);
    const auto bytes = static_cast<std::streamsize>(count) * static_cast<std::streamsize>(sizeof(double));
    if (!in.read(reinterpret_cast<char*>(values), bytes))
        throw std::runtime_error(file + ": cannot read " + std::to_string(count) + " numbers");
}

law::Law read_law(const std::string& file, Index dimension, Index count) {
    const auto fill = [&](auto points) { read(file, points.data(), points.size()); };
    return law::empirical_law(law::Points::made(dimension, count, fill), {});
}

dynamics::States read_states(const std::string& file, Index dimension, Index count) {
    Matrix columns(dimension, count);
    read(file, columns.data(), columns.size());
    dynamics::States states;
    states.x = columns;
    states.radius2 = Lanes::Zero(count);
    return states;
}

// Of the processor, as in limits.cpp: time in which others ran on the core does not count.
double processor_seconds() { return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC); }

class Bench {
public:
    Bench(law::Law law, dynamics::States states, Time time, const dynamics::Numerics& numerics)
        : law_(std::move(law)),
          states_(std::move(states)),
          time_(dynamics::Schedule(dynamics::ScheduleKind::ou, {}).at(time)),
          evaluator_(law_, packed(numerics)) {}

    void run() {
        constexpr int runs = 9;
        constexpr double least_seconds = 0.1;
        const dynamics::Request request{
            .score = true, .spread = true, .class_spread = law_.mixture.labels.any(), .latents = true};
        // One after the other, as in an ensemble: data stay where caches can hold them.
        long long queries = 0;
        double seconds = 0.0;
        LimitBeside limit;
        while (seconds < least_seconds) {
            const double start = processor_seconds();
            evaluator_.evaluate(states_, time_, request, posterior_);
            const double taken = processor_seconds() - start;
            queries += states_.count();
            seconds += taken;
            limit.follow(taken);
        }
        std::printf("%.9g %lld %.9g %.9g\n", seconds, queries, limit.flops(), measure_limits(runs).flops);
    }

    // mean = (x + sigma^2 score)/alpha  (Tweedie)
    void write(const std::string& file) const {
        const Matrix means = (states_.x + time_.sigma2 * posterior_.score) / time_.alpha;
        const Lanes& entropy = posterior_.component.entropy;
        std::ofstream out(file, std::ios::binary);
        const auto put = [&](const double* values, Index count) {
            out.write(reinterpret_cast<const char*>(values),
                      static_cast<std::streamsize>(count) * static_cast<std::streamsize>(sizeof(double)));
        };
        put(means.data(), means.size());
        put(entropy.data(), entropy.size());
        if (!out.flush()) throw std::runtime_error(file + ": cannot write");
        std::puts("written");
    }

private:
    // With the data packed once, as kairos run does.
    [[nodiscard]] dynamics::Numerics packed(dynamics::Numerics numerics) const {
        numerics.packed = dynamics::PackedData::made(law_.mixture, numerics.precision);
        return numerics;
    }

    law::Law law_;  // the evaluator looks at it
    dynamics::States states_;
    dynamics::TimePoint time_;
    dynamics::PosteriorEvaluator evaluator_;
    dynamics::Posterior posterior_;
};

void obey(Bench& bench) {
    std::string line;
    while (std::getline(std::cin, line) && line != "quit") {
        if (line == "run") {
            bench.run();
        } else if (line.starts_with("write ")) {
            bench.write(line.substr(6));
        } else {
            throw std::invalid_argument("no command " + line);
        }
        std::fflush(stdout);
    }
}

}  // namespace
}  // namespace kairos::bench

int main(int count, char** values) {
    using namespace kairos;
    try {
        if (count != 8) throw std::invalid_argument("score_bench DATA QUERIES d n m TIME VARIANT");
        const Index d = std::stoll(values[3]), n = std::stoll(values[4]), m = std::stoll(values[5]);
        bench::Bench bench(bench::read_law(values[1], d, n), bench::read_states(values[2], d, m),
                           Time{std::stod(values[6])}, bench::variant(values[7]));
        std::puts("ready one thread");
        std::fflush(stdout);
        bench::obey(bench);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "score_bench: %s\n", error.what());
        return 1;
    }
    return 0;
}
