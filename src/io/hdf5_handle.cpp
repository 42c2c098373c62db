#include "kairos/io/hdf5_handle.hpp"

namespace kairos::io {

InputRefusal::InputRefusal(std::string file_, std::string dataset_, std::string problem_, std::string mend_)
    : InputError(std::move(file_), std::move(dataset_), problem_, mend_),
      problem(std::move(problem_)),
      mend(std::move(mend_)) {}

OutputRefusal::OutputRefusal(std::string file_, std::string problem_, std::string mend_)
    : OutputError(std::move(file_), problem_, mend_), problem(std::move(problem_)), mend(std::move(mend_)) {}

void refuse(const Place& place, const std::string& problem, const std::string& mend) {
    if (place.use == Place::Use::reading) throw InputRefusal(place.file, place.object, problem, mend);
    throw OutputRefusal(place.file, place.object.empty() ? problem : place.object + ": " + problem, mend);
}

void quiet_hdf5() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

std::string innermost_hdf5_message() {
    std::string message;
    const auto take_first = [](unsigned, const H5E_error2_t* error, void* text) -> herr_t {
        auto& first = *static_cast<std::string*>(text);
        if (first.empty() && error->desc) first = error->desc;
        return 0;
    };
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, &message);
    return message.empty() ? "HDF5 says nothing more" : message;
}

}  // namespace kairos::io
