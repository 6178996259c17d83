// Checks samples against the catalogue.
#include "metrics/samples.hpp"

#include "metrics/catalog.hpp"

#include <algorithm>
#include <stdexcept>

namespace basekeeper::metrics {

void samples::add(std::string_view metric, std::initializer_list<std::string_view> labels, double value)
{
    const auto* known = find(metric);
    if (known == nullptr || known->label_count() != labels.size())
        throw std::logic_error("no such metric, or with other labels: " + std::string(metric));
    sample one{.metric = known->name, .labels = {}, .value = value};
    const auto* name = known->labels.data();
    for (const auto label : labels)
        one.labels.emplace_back(*name++ == "instance" ? instances_.admit(label) : label);
    const auto same = [&](const sample& s) { return s.metric == one.metric && s.labels == one.labels; };
    if (const auto at = std::ranges::find_if(all_, same); at != all_.end())
        at->value += value;
    else
        all_.push_back(std::move(one));
}

} // namespace basekeeper::metrics
