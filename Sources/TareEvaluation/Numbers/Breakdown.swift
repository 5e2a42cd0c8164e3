/// One value for each number of a benchmark: subsets, sections, the total and other averages.
internal import TareCore

package struct Breakdown<Value: Sendable>: Sendable {
  package typealias Named = (name: String, value: Value)

  package var subsets: [Named]
  package var sections: [Named]
  /// The benchmark's own total.
  package var overall: Value
  /// Other totals: micro, macro.
  package var averages: [Named]
  /// Parts that go into the other numbers.
  package var details: [Named]
  package var grids: [Grid<Value>]

  package init(
    subsets: [Named] = [], sections: [Named] = [], overall: Value, averages: [Named] = [],
    details: [Named] = []
  ) {
    self.subsets = subsets
    self.sections = sections
    self.overall = overall
    self.averages = averages
    self.details = details
    grids = []
  }

  /// - Parameter values: one for each number of `scheme.all`, in its order.
  init(_ scheme: Scheme, _ values: [Value]) {
    var rest = values[...]
    func take(_ quantities: [Quantity]) -> [Named] {
      defer { rest = rest.dropFirst(quantities.count) }
      return zip(quantities, rest).map { ($0.name, $1) }
    }
    subsets = take(scheme.subsets)
    sections = take(scheme.sections)
    overall = rest.removeFirst()
    averages = take(scheme.averages)
    details = take(scheme.details)
    grids = scheme.grids.map { grid in
      Grid(
        title: grid.title, rows: grid.rows, columns: grid.columns,
        cells: grid.cells.map { take($0).map(\.value) })
    }
  }

  /// The same numbers, each changed.
  func map(_ change: (Value) -> Value) -> Breakdown {
    func changed(_ named: [Named]) -> [Named] { named.map { ($0.name, change($0.value)) } }
    var breakdown = self
    breakdown.subsets = changed(subsets)
    breakdown.sections = changed(sections)
    breakdown.overall = change(overall)
    breakdown.averages = changed(averages)
    breakdown.details = changed(details)
    breakdown.grids = grids.map { grid in
      Grid(
        title: grid.title, rows: grid.rows, columns: grid.columns,
        cells: grid.cells.map { $0.map(change) })
    }
    return breakdown
  }

  /// An object with `benchmark`, `overall`, the averages by name, `sections` and `subsets`, and
  /// `details` and `grids` where there are such.
  func json(of benchmark: String, _ json: (Value) -> JSONValue) -> JSONObject {
    var object: JSONObject = ["benchmark": .string(benchmark), "overall": json(overall)]
    for (name, value) in averages { object[name] = json(value) }
    object["sections"] = .object(JSONObject(sections, json))
    object["subsets"] = .object(JSONObject(subsets, json))
    if !details.isEmpty { object["details"] = .object(JSONObject(details, json)) }
    if !grids.isEmpty {
      object["grids"] = .array(
        grids.map { grid in
          [
            "title": .string(grid.title), "rows": .array(grid.rows.map { .string($0) }),
            "columns": .array(grid.columns.map { .string($0) }),
            "cells": .array(grid.cells.map { .array($0.map(json)) }),
          ]
        })
    }
    return object
  }
}

extension JSONObject {
  init<Value>(_ named: [(name: String, value: Value)], _ json: (Value) -> JSONValue) {
    self.init()
    for (name, value) in named { self[name] = json(value) }
  }
}
