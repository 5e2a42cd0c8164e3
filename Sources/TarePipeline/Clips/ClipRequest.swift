/// `tare evaluate --benchmark clips`: what is asked for.
internal import TareCore
internal import TareEvaluation
internal import TareFormats

package struct ClipRequest: Sendable {
  /// The key, which is no benchmark of scored responses.
  package static let key = "clips"

  /// Tables of proposals: a video, start and end or duration in seconds, and a score.
  package var inputs: [String]
  /// Proposals that the others are compared with.
  package var against: String?
  /// The chosen segments: `video` and either `segments`, a list of [start, end], or start and end.
  package var segments: String
  package var score: String?
  /// The column of the videos.
  package var group: String?
  package var format: String?
  package var columns: [String] = []
  package var policy = RowPolicy()
  package var bootstrap = 10_000
  package var seed: UInt64 = 1

  package init(inputs: [String], segments: String) {
    self.inputs = inputs
    self.segments = segments
  }

  private static let videoColumns = ["video", "video_id", "prompt_id", "id"]
  private static let scoreColumns = ["score", "reward"]

  /// Videos by name, and their chosen segments.
  struct Chosen {
    var numbers: [ExactText: Int] = [:]
    var segments: [[TimeSpan]] = []

    /// The number of a video, which it gets when it is first named.
    mutating func number(_ name: String) -> Int {
      let key = ExactText(name)
      if let number = numbers[key] { return number }
      numbers[key] = segments.count
      segments.append([])
      return segments.count - 1
    }
  }

  /// - Throws: `TareError.badData` that names the row for what is no segment, and for a file without any.
  func chosen() throws(TareError) -> Chosen {
    let file = try InputFile(segments)
    let table = try readTable(file.bytes, name: file.name)
    let names = try videos(of: table)
    var chosen = Chosen()
    if table.has("segments") {
      for (row, (name, cell)) in zip(names, try table.values(in: "segments")).enumerated() {
        let number = chosen.number(name)
        chosen.segments[number] += try Self.spans(cell, of: table, row: row)
      }
    } else {
      for (name, span) in zip(names, try spans(of: table)) {
        chosen.segments[chosen.number(name)].append(span)
      }
    }
    guard chosen.segments.contains(where: { !$0.isEmpty }) else {
      throw .badData(place: table.name, found: "no segment", accepted: "at least one")
    }
    return chosen
  }

  private static func spans(
    _ cell: JSONValue, of table: DataTable, row: Int
  ) throws(TareError) -> [TimeSpan] {
    let list = cell.string.flatMap { try? JSONValue(parsing: $0) } ?? cell
    let spans = list.array?.map { pair -> TimeSpan? in
      guard let ends = pair.array, ends.count == 2, let start = ends[0].double,
        let end = ends[1].double
      else { return nil }
      return TimeSpan(start: start, end: end)
    }
    guard let spans, !spans.contains(where: { $0 == nil }) else {
      throw table.error(
        row, "segments", found: "no list of segments",
        accepted: "a list of [start, end] in seconds, each end after its start")
    }
    return spans.compactMap(\.self)
  }

  /// A table's proposals, by each column of scores: the raw ones first.
  func proposals(
    _ path: String, of chosen: Chosen
  ) throws(TareError) -> [(isCalibrated: Bool, clips: ProposedClips)] {
    let (table, _) = try ProbabilityRequest.table(
      path, format: format, columns: columns, policy)
    let names = try videos(of: table)
    let spans = try spans(of: table)
    var videos: [Int] = []
    for (row, name) in names.enumerated() {
      guard let number = chosen.numbers[ExactText(name)] else {
        throw table.error(
          row, "video", found: "'\(name)', a video without segments",
          accepted: "videos of \(segments)")
      }
      videos.append(number)
    }
    let raw = score ?? Self.scoreColumns.first(where: table.has) ?? "score"
    let calibrated = ScorePart.calibratedColumn
    let scores = [raw] + (raw != calibrated && table.has(calibrated) ? [calibrated] : [])
    return try scores.map { (column) throws(TareError) in
      let values = try table.numbers(in: column)
      let proposals = values.indices.map { row in
        ProposedClips.Proposal(video: videos[row], span: spans[row], score: values[row])
      }
      return (
        column == calibrated && column != raw,
        ProposedClips(segments: chosen.segments, proposals: proposals)
      )
    }
  }

  private func videos(of table: DataTable) throws(TareError) -> [String] {
    let known = Self.videoColumns.first(where: table.has)
    let column = group.flatMap { table.has($0) ? $0 : nil } ?? known ?? group ?? "video"
    let names = try table.names(in: column)
    if let row = names.firstIndex(where: { $0 == nil }) {
      throw table.error(row, column, found: "no value", accepted: "the name of a video")
    }
    return names.compactMap(\.self)
  }

  private func spans(of table: DataTable) throws(TareError) -> [TimeSpan] {
    let starts = try table.numbers(in: "start")
    let hasEnd = table.has("end")
    let others = try table.numbers(in: hasEnd ? "end" : "duration")
    var spans: [TimeSpan] = []
    for row in starts.indices {
      let end = hasEnd ? others[row] : starts[row] + others[row]
      guard let span = TimeSpan(start: starts[row], end: end) else {
        throw table.error(
          row, hasEnd ? "end" : "duration", found: "\(others[row])",
          accepted: hasEnd ? "a time after the start, \(starts[row])" : "more than 0 seconds")
      }
      spans.append(span)
    }
    return spans
  }
}
