// Values that are looked at when somebody asks for the metrics.
#pragma once

#include "metrics/bounded_names.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::metrics {

/// One value of a metric of the catalogue, its label values in the order of the catalogue.
struct sample
{
    std::string_view metric;
    std::vector<std::string> labels;
    double value = 0;
};

/// What providers write to.
class samples
{
public:
    /// Names of instances are kept within `instances`.
    explicit samples(bounded_names& instances) : instances_(instances) {}

    /// Values of the same metric and labels are added up. Throws std::logic_error for a metric that the catalogue does
    /// not have, or with another number of labels: a bug of the provider.
    void add(std::string_view metric, std::initializer_list<std::string_view> labels, double value);

    const std::vector<sample>& all() const { return all_; }

private:
    bounded_names& instances_;
    std::vector<sample> all_;
};

} // namespace basekeeper::metrics
