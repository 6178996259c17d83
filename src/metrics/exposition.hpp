// Writes metrics in the text format of Prometheus, version 0.0.4.
#pragma once

#include "metrics/histogram.hpp"

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::metrics {

struct description;

/// Collects series and gives the whole text, its families in order of name. Label values may be any text: they are
/// escaped as the format says (backslash, quote, line feed).
class exposition
{
public:
    /// A counter or a gauge of the catalogue; `values` are those of its labels, in the order of the catalogue. Throws
    /// std::logic_error for a metric that the catalogue does not have or with another number of labels: a bug.
    void add(std::string_view metric, const std::vector<std::string_view>& values, double value);
    void add(std::string_view metric, const std::vector<std::string_view>& values, const histogram& value);

    std::string text() const;

private:
    /// The text of a family so far, begun with its help and its type.
    std::string& family(const description& of);

    std::map<std::string_view, std::string> families_;
};

} // namespace basekeeper::metrics
