// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "datasets/data_card.h"

namespace jetsmith::test {

/// The card of whole stores by name.
inline DataCard card_of(const std::vector<std::pair<std::string, const EventStore*>>& stores)
{
    DataCardMaker maker;
    for (const auto& [name, store] : stores) maker.add(name, *store);
    return maker.finish();
}

}  // namespace jetsmith::test
