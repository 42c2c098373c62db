// Order parameters along vectors of a file: where they stand, and what they need.
#include "kairos/app/config.hpp"
#include "kairos/base/error.hpp"

namespace kairos::app {

void fill_landscape(const Settings& settings, Config& config) {
    config.landscape_bins = static_cast<int>(settings.integer("landscape.bins"));
    const std::string& text = settings.text("landscape.vectors");
    if (text.empty()) {
        if (!settings.text("landscape.crc32").empty())
            throw ConfigError("landscape.crc32", settings.text("landscape.crc32"),
                              "has no meaning without landscape.vectors", "empty",
                              "Leave landscape.crc32 out.");
        return;
    }
    const auto refuse = [&](const std::string& problem, const std::string& allowed, const std::string& mend) {
        throw ConfigError("landscape.vectors", text, problem, allowed, mend);
    };
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == text.size())
        refuse("does not name a dataset of a file", "FILE:DATASET, vectors of shape [k,d] in an HDF5 file",
               "Try --landscape.vectors=vectors.h5:v.");
    if (config.landscape_bins == 0)
        refuse("needs landscape.bins", "empty without landscape.bins", "Try --landscape.bins=100.");
    // The reduced coordinates of a law are those of its means: a vector of R^d has none of its own there.
    if (config.representation == RepresentationChoice::reduced)
        refuse(
            "has all d coordinates, and ensemble.representation = reduced keeps the span of the means alone",
            "with ensemble.representation = full or auto, which then is full",
            "Leave ensemble.representation out.");
    config.representation = RepresentationChoice::full;
    config.landscape_vectors = Config::FileDataset{text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace kairos::app
