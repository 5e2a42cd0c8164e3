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
  /// Column whose own curve is subtracted from y first.
  package var detrend: String?
  /// Keeps the rows that have these values.
  package var filters: [String: String] = [:]
  /// As LOWESS has them; nil for its defaults.
  package var frac: Double?
  /// Whether `frac` is chosen by the data.
  package var choosesFrac = false
  package var it: Int?
  package var delta: Double?
  package var degree: Int?
  /// A key of `Pipeline.smoothRules`.
  package var rules: String?
  package var findsTurningPoints = false
  /// Column whose values get a curve each.
  package var by: String?
  /// Whether the curve has prediction intervals.
  package var predicts = false
  /// Resamples behind the turning points, or the test of groups; nil for the usual number.
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
  /// How `frac` was chosen; nil where it was given.
  var choice: FracChoice?
  /// nil where it was not asked for.
  var band: PredictionBand?
  /// nil without groups.
  var comparison: CurveComparison?
  /// Where each group's curve was asked for, [group].
  var groupPlaces: [[CurvePlace]] = []
  /// nil without groups, or where turning points were not asked for.
  var groupedTurns: GroupedTurningPoints?
  /// Whether x is days from 1970-01-01.
  var hasDates = false

  /// The curve as CSV: `x,fitted,se,lower,upper,slope`, a row a place; a cell is empty where the
  /// curve has no such number. With prediction intervals two columns more; of groups their curves, the group's
  /// value before them.
  package var rows: Data {
    var text = "x,fitted,se,lower,upper,slope"
    if request.predicts { text += ",lower_prediction,upper_prediction" }
    guard let comparison, let by = request.by else {
      return Data((text + "\n" + places.map { line($0) + "\n" }.joined()).utf8)
    }
    text = Self.cell(by) + "," + text + "\n"
    for (group, places) in zip(comparison.groups, groupPlaces) {
      text += places.map { Self.cell(group.name) + "," + line($0) + "\n" }.joined()
    }
    return Data(text.utf8)
  }

  private func line(_ place: CurvePlace) -> String {
    var cells = [
      place.fitted, place.error, place.band?.lowerBound, place.band?.upperBound, place.slope,
    ]
    if request.predicts {
      let interval = band?.interval(at: place.x, fitted: place.fitted)
      cells += [interval?.lowerBound, interval?.upperBound]
    }
    let x = hasDates ? DayNumber.text(place.x) : "\(place.x)"
    return ([x] + cells.map { $0.map { "\($0)" } ?? "" }).joined(separator: ",")
  }

  /// Quoted where CSV needs it.
  private static func cell(_ text: String) -> String {
    guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }

  /// The curve in the format that the request asks for.
  package func encoded() throws(TareError) -> Data {
    let wanted = try OutputFormats.format(request.outputFormat, for: request.output)
    guard let wanted, wanted.layoutKey != CSVOutput.key else {
      return try OutputFormats.compressed(rows, for: request.output)
    }
    return try Pipeline.encoded(objects, for: request.output, format: wanted.key)
  }

  /// What `rows` has, one object a row.
  private var objects: [JSONObject] {
    guard let comparison, let by = request.by else { return places.map(object) }
    return zip(comparison.groups, groupPlaces).flatMap { group, places in
      places.map { place in
        var row: JSONObject = [by: .string(group.name)]
        for (name, value) in object(place).members { row[name] = value }
        return row
      }
    }
  }

  private func object(_ place: CurvePlace) -> JSONObject {
    var object = place.json.object ?? [:]
    if hasDates { object["x"] = self.place(place.x) }
    if request.predicts {
      let interval = band?.interval(at: place.x, fitted: place.fitted)
      object["lower_prediction"] = interval.map { .double($0.lowerBound) } ?? .null
      object["upper_prediction"] = interval.map { .double($0.upperBound) } ?? .null
    }
    return object
  }

  /// A value of x: a number, or a date.
  private func place(_ x: Double) -> JSONValue {
    hasDates ? .string(DayNumber.text(x)) : .double(x)
  }

  package var json: JSONValue {
    var object: JSONObject = [
      "x": .string(request.x), "y": .string(request.y),
      "weights": request.weights.map { .string($0) } ?? .null,
      "rows": .int(x.count), "distinct_x": .int(fit.knotX.count),
      "frac": .double(lowess.frac), "it": .int(lowess.it),
      "delta": lowess.delta.map { .double($0) } ?? .null, "degree": .int(lowess.degree),
      "rules": .string(lowess.rules.rawValue),
      "degrees_of_freedom": fit.degreesOfFreedom.map { .double($0) } ?? .null,
      "curve": .array(places.map { .object(self.object($0)) }),
    ]
    object["frac_choice"] = choice?.json
    object["detrend"] = request.detrend.map { .string($0) }
    object["group_turning_points"] = groupedTurns?.json { place($0) }
    if let comparison, let by = request.by {
      object["by"] = .string(by)
      object["groups"] = .array(
        zip(comparison.groups, groupPlaces).map { group, places in
          [
            "value": .string(group.name), "rows": .int(group.rows.count),
            "degrees_of_freedom": group.fit.degreesOfFreedom.map { .double($0) } ?? .null,
            "curve": .array(places.map { .object(self.object($0)) }),
          ]
        })
      object["difference"] = [
        "root_mean_square": .double(comparison.distance), "p": .double(comparison.p),
        "resamples": .int(comparison.resamples), "seed": .int(Int(clamping: request.seed)),
        "rows_tested": .int(comparison.sample ?? x.count),
      ]
    }
    if let turningPoints {
      object["turning_points"] = .array(turningPoints.all.map { $0.json { place($0) } })
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
  fileprivate func json(_ place: (Double) -> JSONValue) -> JSONValue {
    [
      "kind": .string(kind.rawValue), "x": place(x),
      "interval": interval.map { [place($0.lowerBound), place($0.upperBound)] } ?? .null,
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
    var lowess = try request.lowess
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
        in: try request.numberColumns(of: table), badRows, counting: &skipped)
      badRows.note(skipped, of: file.name)
    }
    let column = try SmoothColumn(request.x, of: table)
    let x = column.values
    var y = try table.numbers(in: request.y)
    let weights = try request.weights.map { (column) throws(TareError) in
      try table.weights(in: column)
    }
    let names = try request.by.map { (column) throws(TareError) in
      try table.groupNames(in: column)
    }
    let fit: LowessFit
    let turningPoints: TurningPoints?
    var choice: FracChoice?
    var comparison: CurveComparison?
    if let name = request.detrend {
      y = try Self.detrended(
        y, along: try SmoothColumn(name, of: table).values, weights, groups: names)
    }
    do throws(TareError) {
      if request.choosesFrac {
        let found = try lowess.choosingFrac(x: x, y: y, weights: weights)
        lowess = try lowess.with(frac: found.frac)
        choice = found
      }
      fit = try lowess.fit(x: x, y: y, weights: weights, standardErrors: true, slopes: true)
      turningPoints =
        request.findsTurningPoints
        ? try lowess.turningPoints(
          of: fit, x: x, y: y, weights: weights, resamples: request.bootstrap, seed: request.seed)
        : nil
      comparison = try names.map { (names) throws(TareError) in
        try CurveComparison(
          lowess, x: x, y: y, weights: weights, names: names, resamples: request.bootstrap,
          seed: request.seed)
      }
    } catch {
      throw error.inside(file.name)
    }
    var outcome = SmoothOutcome(
      request: request, lowess: lowess, x: x, y: y, fit: fit,
      places: try fit.places(wanted), turningPoints: turningPoints)
    outcome.choice = choice
    outcome.hasDates = column.isDate
    if request.findsTurningPoints, let comparison {
      outcome.groupedTurns = try groupedTurns(comparison, request, lowess, x, y, weights)
    }
    if request.predicts, let residuals = fit.heldOutResiduals {
      outcome.band = PredictionBand(lowess, x: x, residuals: residuals)
    }
    outcome.comparison = comparison
    outcome.groupPlaces = comparison?.groups.map { $0.fit.placesWithin(wanted) } ?? []
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
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        guard let place = Double(trimmed) ?? DayNumber.parsed(trimmed), place.isFinite else {
          throw .usage(
            "--at: expected numbers or dates separated by commas, found '\(text)' in \(at)")
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

extension LowessFit {
  /// Those of the wanted places that lie within the data: a group may reach less far than all.
  fileprivate func placesWithin(_ wanted: SmoothRequest.Wanted) -> [CurvePlace] {
    guard case .at(let places) = wanted else { return (try? self.places(wanted)) ?? [] }
    return places.compactMap { place(at: $0) }
  }

  /// Of the curve: the trace of the hat matrix.
  var degreesOfFreedom: Double? { heldOut?.degreesOfFreedom }
}

extension DataTable {
  /// The group of each row; a row without one is an error.
  fileprivate func groupNames(in column: String) throws(TareError) -> [String] {
    let names = NameColumn(try names(in: column))
    var found: [String] = []
    found.reserveCapacity(names.count)
    for row in 0..<names.count {
      guard let name = names[row] else {
        throw error(row, column, found: "no value", accepted: "a group")
      }
      found.append(name)
    }
    return found
  }

  /// Case weights, each from 0.
  fileprivate func weights(in column: String) throws(TareError) -> [Double] {
    let weights = try numbers(in: column)
    if let row = weights.firstIndex(where: { $0 < 0 }) {
      throw error(row, column, found: "\(weights[row])", accepted: "a weight of at least 0")
    }
    return weights
  }
}
