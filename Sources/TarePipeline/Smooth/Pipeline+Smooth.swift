/// `tare smooth`: a LOWESS curve through two columns of any table.
package import Foundation
internal import TareCalibration
package import TareCore
internal import TareFormats
internal import TareNumerics

package struct SmoothRequest: Sendable {
  /// A file, or - for standard input.
  package var input: String
  /// A key of the file formats; nil to recognise them by content.
  package var format: String?
  /// Other names for the file's columns, as `--columns` has them.
  package var columns: [String] = []
  package var x: String
  package var y: String
  /// Column of case weights.
  package var weights: String?
  /// Keeps the rows that have these values.
  package var filters: [String: String] = [:]
  /// As LOWESS has them; nil for its defaults.
  package var frac: Double?
  package var it: Int?
  package var delta: Double?
  package var degree: Int?
  /// A key of `Pipeline.smoothRules`.
  package var rules: String?
  package var findsTurningPoints = false
  /// Resamples behind the turning points; nil for the usual number.
  package var bootstrap: Int?
  package var seed: UInt64 = 1
  /// Where the curve is wanted: "1,2.5,10", or so many places from end to end; both nil for every
  /// distinct x.
  package var at: String?
  package var points: Int?
  /// Where the curve goes as CSV; nil leaves it to the caller to print.
  package var output: String?
  /// The key of the curve's format; nil for that of the file's name, or else CSV.
  package var outputFormat: String?
  /// What happens to rows that cannot be taken.
  package var policy = RowPolicy()

  package init(input: String, x: String, y: String) {
    self.input = input
    self.x = x
    self.y = y
  }
}

/// The curve and what was found on it.
package struct SmoothOutcome: Sendable {
  let request: SmoothRequest
  let lowess: Lowess
  let x: [Double]
  let y: [Double]
  let fit: LowessFit
  /// Where the curve was asked for.
  let places: [CurvePlace]
  let turningPoints: TurningPoints?

  /// The curve as CSV: `x,fitted,se,lower,upper,slope`, a row a place; a cell is empty where the
  /// curve has no such number.
  package var rows: Data {
    var text = "x,fitted,se,lower,upper,slope\n"
    for place in places {
      let cells = [
        place.x, place.fitted, place.error, place.band?.lowerBound, place.band?.upperBound,
        place.slope,
      ]
      text += cells.map { $0.map { "\($0)" } ?? "" }.joined(separator: ",") + "\n"
    }
    return Data(text.utf8)
  }

  /// The curve in the format that the request asks for.
  package func encoded() throws(TareError) -> Data {
    let wanted = try OutputFormats.format(request.outputFormat, for: request.output)
    guard let wanted, wanted.layoutKey != CSVOutput.key else {
      return try OutputFormats.compressed(rows, for: request.output)
    }
    return try Pipeline.encoded(
      places.map { $0.json.object ?? [:] }, for: request.output, format: wanted.key)
  }

  package var json: JSONValue {
    var object: JSONObject = [
      "x": .string(request.x), "y": .string(request.y),
      "weights": request.weights.map { .string($0) } ?? .null,
      "rows": .int(x.count), "distinct_x": .int(fit.knotX.count),
      "frac": .double(lowess.frac), "it": .int(lowess.it),
      "delta": lowess.delta.map { .double($0) } ?? .null, "degree": .int(lowess.degree),
      "rules": .string(lowess.rules.rawValue), "curve": .array(places.map(\.json)),
    ]
    if let turningPoints {
      object["turning_points"] = .array(turningPoints.all.map(\.json))
      object["resamples"] = .int(turningPoints.resamples)
      object["seed"] = .int(Int(clamping: request.seed))
    }
    return .object(object)
  }
}

extension CurvePlace {
  fileprivate var json: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
    return [
      "x": .double(x), "fitted": .double(fitted), "se": number(error),
      "lower": number(band?.lowerBound), "upper": number(band?.upperBound), "slope": number(slope),
    ]
  }
}

extension TurningPoint {
  fileprivate var json: JSONValue {
    [
      "kind": .string(kind.rawValue), "x": .double(x),
      "interval": interval.map { [.double($0.lowerBound), .double($0.upperBound)] } ?? .null,
      "fitted": .double(fitted), "share_of_resamples": .double(share), "clear": .bool(isClear),
      "one_sided": .bool(isOneSided),
    ]
  }
}

extension Pipeline {
  /// Names of the rule sets, for help texts.
  package static let smoothRules = Lowess.Rules.allCases.map(\.rawValue).joined(separator: ", ")

  /// - Throws: `TareError.usage` for settings that LOWESS does not take and places beyond the data,
  ///   `TareError.badData` that names file, line and column of what is no number.
  package func smooth(_ request: SmoothRequest) throws(TareError) -> SmoothOutcome {
    try checkWritable(request.output)
    let lowess = try request.lowess
    let wanted = try request.wantedPlaces
    let file = try InputFile(request.input)
    let badRows = request.policy.badRows
    var table = try readTable(
      file.bytes, name: file.name, format: request.format, skipsBadRows: badRows.skips,
      dropsMissing: badRows.dropsMissing, columns: try ColumnMapping(command: request.columns))
    badRows.tell(table.notes, of: file.name)
    if !request.filters.isEmpty { table = try table.matching(request.filters) }
    if badRows.leavesOut {
      var skipped = table.skipped
      table = try table.withNumbers(
        in: [request.x, request.y] + (request.weights.map { [$0] } ?? []), badRows,
        counting: &skipped)
      badRows.note(skipped, of: file.name)
    }
    let x = try table.numbers(in: request.x)
    let y = try table.numbers(in: request.y)
    let weights = try request.weights.map { (column) throws(TareError) in
      try table.weights(in: column)
    }
    let fit: LowessFit
    let turningPoints: TurningPoints?
    do throws(TareError) {
      fit = try lowess.fit(x: x, y: y, weights: weights, standardErrors: true, slopes: true)
      turningPoints =
        request.findsTurningPoints
        ? try lowess.turningPoints(
          of: fit, x: x, y: y, weights: weights, resamples: request.bootstrap, seed: request.seed)
        : nil
    } catch {
      throw error.inside(file.name)
    }
    let outcome = SmoothOutcome(
      request: request, lowess: lowess, x: x, y: y, fit: fit,
      places: try fit.places(wanted), turningPoints: turningPoints)
    if let path = request.output { try write(try outcome.encoded(), to: path) }
    return outcome
  }
}

extension SmoothRequest {
  /// Where the curve is wanted.
  fileprivate enum Wanted {
    case everywhere
    case at([Double])
    case spread(Int)
  }

  fileprivate var lowess: Lowess {
    get throws(TareError) {
      var rules = Lowess.Rules.tare
      if let name = self.rules {
        guard let known = Lowess.Rules(rawValue: name) else {
          throw .usage("--rules: expected \(Pipeline.smoothRules), found \(name)")
        }
        rules = known
      }
      if findsTurningPoints, degree == 0 {
        throw .usage("--turning-points requires a slope: --degree 1 or 2")
      }
      return try Lowess(
        frac: frac ?? 2.0 / 3, it: it ?? 3, delta: delta, degree: degree ?? 1, rules: rules)
    }
  }

  fileprivate var wantedPlaces: Wanted {
    get throws(TareError) {
      if let bootstrap, !(20...100_000).contains(bootstrap) {
        throw .usage("--bootstrap: expected 20 to 100000 resamples, found \(bootstrap)")
      }
      guard let at else {
        guard let points else { return .everywhere }
        guard (2...1_000_000).contains(points) else {
          throw .usage("--points: expected 2 to 1000000, found \(points)")
        }
        return .spread(points)
      }
      guard points == nil else { throw .usage("give --at or --points, not both") }
      var places: [Double] = []
      for text in at.split(separator: ",", omittingEmptySubsequences: false) {
        guard let place = Double(text.trimmingCharacters(in: .whitespaces)), place.isFinite else {
          throw .usage("--at: expected numbers separated by commas, found '\(text)' in \(at)")
        }
        places.append(place)
      }
      return .at(places)
    }
  }
}

extension LowessFit {
  /// - Throws: `TareError.usage` for a place beyond the data: LOWESS says nothing there.
  fileprivate func places(_ wanted: SmoothRequest.Wanted) throws(TareError) -> [CurvePlace] {
    let first = knotX.first ?? 0
    let last = knotX.last ?? 0
    switch wanted {
    case .everywhere: return places
    case .spread(let count):
      return (0..<count).compactMap { place in
        let share = Double(place) / Double(count - 1)
        return self.place(at: min(max((1 - share) * first + share * last, first), last))
      }
    case .at(let places):
      var found: [CurvePlace] = []
      for x in places {
        guard let place = place(at: x) else {
          throw .usage("--at: expected \(first) to \(last), the range of the data, found \(x)")
        }
        found.append(place)
      }
      return found
    }
  }
}

extension DataTable {
  /// Case weights, each from 0.
  fileprivate func weights(in column: String) throws(TareError) -> [Double] {
    let weights = try numbers(in: column)
    if let row = weights.firstIndex(where: { $0 < 0 }) {
      throw error(row, column, found: "\(weights[row])", accepted: "a weight of at least 0")
    }
    return weights
  }
}
