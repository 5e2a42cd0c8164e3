/// Numbers by row and column as shaded cells: layer × expert, layer × head.
internal import Foundation
internal import TareCore

/// A cell is not an element of its own: all cells of a shade are one path, and the script tells the
/// value under the pointer or the arrow keys from the row's list.
struct HeatMap {
  let title: String
  /// Whose numbers they are.
  let subject: String
  /// The picture in words.
  let description: String
  let rows: [String]
  let columns: [String]
  /// What a row and a column are: "layer", "expert".
  let rowName: String
  let columnName: String
  /// Nil where there is none, [rows, columns].
  let values: [[Double?]]
  let scale: HeatScale
  /// What stands behind a value: "%", " times the even share".
  let unit: String
  /// A value without spaces, as it is shown.
  let text: (Double) -> String

  private var layout: HeatLayout {
    HeatLayout(rows: rows, columns: columns, rowName: rowName)
  }

  var figure: Markup {
    let layout = layout
    return tag(
      "figure", ["class": "map" + (layout.isWhole ? " whole" : layout.isTall ? " tall" : "")]
    ) {
      tag("figcaption") { title }
      frame(layout)
      tag("p", ["class": "map-legend"]) {
        tag("span") { scale.title }
        scale.key
        if scale.marksZero {
          tag("span", ["class": "item"]) { "× none" }
        }
      }
      tag("div", ["class": "tools"]) {
        csv.link
        numbers.markup
      }
    }
  }

  // MARK: - Drawing

  private func frame(_ layout: HeatLayout) -> Markup {
    let names = JSONValue.array(columns.map { .string($0) })
    let isCounted = columns == columns.indices.map(String.init)
    return tag(
      "div",
      [
        "class": "wide map-frame", "role": "region", "aria-label": title, "tabindex": "0",
        "data-column": columnName, "data-unit": unit, "data-columns": isCounted ? "" : names.text(),
      ]
    ) {
      rowNames(layout)
      tag(
        "svg",
        [
          "class": "map-cells", "role": "img", "width": (layout.width + layout.beyond).svg,
          "height": layout.whole.svg,
        ]
      ) {
        tag("title") { "\(title), \(subject)" }
        tag("desc") { description }
        cells(layout)
        columnNames(layout)
        tag(
          "rect",
          [
            "class": "cursor", "width": layout.cell.width.svg, "height": layout.cell.height.svg,
            "visibility": "hidden",
          ])
      }
    }
  }

  /// Beside the cells, where they stay while those scroll.
  private func rowNames(_ layout: HeatLayout) -> Markup {
    tag(
      "svg",
      [
        "class": "map-rows axis", "aria-hidden": "true", "width": layout.rowNames.svg,
        "height": layout.whole.svg,
      ]
    ) {
      tag("text", ["class": "name", "x": "0", "y": (layout.above - 9).svg]) { rowName }
      for row in stride(from: 0, to: rows.count, by: layout.rowStep) {
        tag(
          "text",
          [
            "x": (layout.rowNames - 6).svg, "y": (layout.y(row) + 4).svg, "text-anchor": "end",
          ]
        ) { HeatLayout.name(rows[row]) }
      }
    }
  }

  @MarkupBuilder private func columnNames(_ layout: HeatLayout) -> [Markup] {
    let bottom = layout.above + layout.height
    tag("g", ["class": "axis", "aria-hidden": "true"]) {
      for column in stride(from: 0, to: columns.count, by: layout.columnStep(columns)) {
        let x = layout.x(column).svg
        if layout.isSlanted {
          let place = "translate(\(x) \((layout.above - 6).svg)) rotate(-45)"
          tag("text", ["transform": place]) { HeatLayout.name(columns[column]) }
        } else {
          tag("text", ["x": x, "y": (bottom + 16).svg, "text-anchor": "middle"]) {
            columns[column]
          }
        }
      }
      if !layout.isSlanted {
        tag(
          "text",
          [
            "class": "name", "x": layout.width.svg, "y": (bottom + 33).svg, "text-anchor": "end",
          ]
        ) { columnName }
      }
    }
  }

  private func cells(_ layout: HeatLayout) -> Markup {
    let (width, height) = layout.cell
    let frame = "translate(0 \(layout.above.svg)) scale(\(width.svg) \(height.svg))"
    return tag("g", ["class": "cells"]) {
      tag(
        "rect",
        [
          "class": "unknown", "y": layout.above.svg, "width": layout.width.svg,
          "height": layout.height.svg,
        ])
      tag("g", ["transform": frame]) {
        for (shade, path) in paths.enumerated() where !path.isEmpty {
          tag("path", ["class": scale.className(shade), "d": path])
        }
        tag("path", ["class": width < 9 ? "lines thin" : "lines", "d": lines])
        let crosses = crosses
        if !crosses.isEmpty { tag("path", ["class": "cross", "d": crosses]) }
      }
      for (row, list) in zip(rows, values) {
        tag(
          "g",
          [
            "data-row": "\(rowName) \(row)",
            "data-values": list.map { $0.map(text) ?? "–" }.joined(separator: " "),
          ])
      }
      if layout.isWritten { written(layout) }
    }
  }

  /// One path a shade, in cells; neighbours of a row are one rectangle.
  private var paths: [String] {
    var paths = [String](repeating: "", count: scale.count)
    for (row, list) in values.enumerated() {
      var column = 0
      while column < list.count {
        guard let shade = shade(list[column]) else {
          column += 1
          continue
        }
        let start = column
        while column < list.count, self.shade(list[column]) == shade { column += 1 }
        let length = column - start
        paths[shade] += "M\(start) \(row)h\(length)v1h-\(length)z"
      }
    }
    return paths
  }

  private func shade(_ value: Double?) -> Int? {
    guard let value, value.isFinite, !(scale.marksZero && value == 0) else { return nil }
    return scale.shade(of: value)
  }

  /// Between the cells, in the ground's colour.
  private var lines: String {
    let upright = (1..<max(2, columns.count)).map { "M\($0) 0v\(rows.count)" }
    let level = (1..<max(2, rows.count)).map { "M0 \($0)h\(columns.count)" }
    return (upright + level).joined()
  }

  private var crosses: String {
    guard scale.marksZero else { return "" }
    var path = ""
    for (row, list) in values.enumerated() {
      for (column, value) in list.enumerated() where value == 0 {
        path += "M\(column).3 \(row).3l.4 .4m0-.4l-.4 .4"
      }
    }
    return path
  }

  /// The values themselves, where cells have room for them.
  @MarkupBuilder private func written(_ layout: HeatLayout) -> [Markup] {
    for (row, list) in values.enumerated() {
      for (column, value) in list.enumerated() {
        if let value, let shade = shade(value) {
          tag(
            "text",
            [
              "class": scale.isStrong(shade) ? "strong" : "weak", "text-anchor": "middle",
              "x": layout.x(column).svg, "y": (layout.y(row) + 4).svg,
            ]
          ) { text(value) }
        }
      }
    }
  }

  // MARK: - Numbers

  private var numbers: NumbersTable {
    func cell(_ found: (offset: Int, element: Double)?) -> String {
      found.map { "\(text($0.element)) (\(columns[$0.offset]))" } ?? "–"
    }
    return NumbersTable(
      caption: "\(title), \(subject)",
      header: [rowName, "mean", "minimum (\(columnName))", "maximum (\(columnName))"],
      rows: zip(rows, values).map { row, list in
        let known = list.enumerated().compactMap { place, value in value.map { (place, $0) } }
        return [
          row, known.map(\.1).mean.map(text) ?? "–", cell(known.min { $0.1 < $1.1 }),
          cell(known.max { $0.1 < $1.1 }),
        ]
      })
  }

  /// A line a row, six digits a number: the inspection's own file has them all.
  private var csv: CSVDownload {
    CSVDownload(
      "CSV", file: "\(subject) \(title)", header: [rowName] + columns.map { "\(columnName) \($0)" },
      rows: zip(rows, values).map { row, list in
        [row] + list.map { $0.map { String(format: "%.6g", $0) } ?? "" }
      })
  }
}
