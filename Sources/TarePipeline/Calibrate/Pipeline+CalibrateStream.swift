/// Calibrates one CSV file of a reward model's scores, a response a row, without holding the file.
internal import Foundation
package import TareCalibration
package import TareCore
internal import TareFormats

extension Pipeline {
  /// Fitting reads the file for its scores, fits, and reads it again to write the rows; what can be read
  /// only once is kept in a temporary file for that. A saved calibration is applied in one pass; rows
  /// before a bad one have then been written.
  ///
  /// - Parameter request: holds what was read of standard input where nil is returned.
  /// - Returns: nil for any other source, which is then taken whole.
  func calibrateStream(
    _ request: inout CalibrateRequest, _ saved: Calibration?, _ names: [String]
  ) throws(TareError) -> CalibrateOutcome? {
    guard let path = request.streamedPath, saved?.bias.needsNames != true,
      !request.settings.perSubset
    else { return nil }
    let stream = try ByteStream(path, isKept: saved == nil)
    var pieces = try CSVPieces(stream)
    let layout = try StreamedLayout(&pieces, request, names, readsAll: saved == nil)
    guard let layout, saved == nil || !request.source.badRows.leavesOut || !layout.needsAllRows
    else {
      if stream.isKept {
        request.source.content = try InputFile(
          name: stream.name, bytes: Array(stream.everything()))
      } else if !ByteStream.isPlainFile(path) {
        request.source.content = try InputFile(name: pieces.name, bytes: Array(pieces.everything()))
      }
      return nil
    }
    guard let saved else {
      if let read = try readScores(request, layout, pieces) {
        return try fit(request, read, stream)
      }
      if stream.isKept {
        request.source.content = try InputFile(
          name: stream.name, bytes: Array(stream.everything()))
      }
      return nil
    }
    var scores = StreamedScores(layout)
    var reader = try CSVColumnReader(
      pieces, columns: layout.columns, badRows: request.source.badRows)
    return try apply(saved, request, &scores, &reader)
  }

  /// What a file held.
  private struct Streamed {
    let layout: StreamedLayout
    /// With its labels, used or not.
    let table: CalibrationTable
    let name: String
    let skipped: SkippedRows
  }

  /// The whole of a file of one reward model's scores; nil where it must be taken whole.
  private func readScores(
    _ request: CalibrateRequest, _ layout: StreamedLayout, _ pieces: CSVPieces
  ) throws(TareError) -> Streamed? {
    var scores = StreamedScores(layout)
    var reader = try CSVColumnReader(
      pieces, columns: layout.columns, badRows: request.source.badRows)
    while try reader.nextBlock() {
      scores.append(reader.block)
      if scores.severalModels(in: reader) != nil { return nil }
    }
    let isWhole =
      !request.source.badRows.leavesOut || !layout.needsAllRows || !scores.hasBadRows(reader)
    guard isWhole else { return nil }
    let table = try scores.table(reader, rows: nil)
    guard !scores.repeatsPlaces(reader, in: table) else { return nil }
    return Streamed(layout: layout, table: table, name: reader.name, skipped: reader.skipped)
  }

  /// What a file's calibration is fitted to, read in pieces; nil where it is taken whole.
  package func tableInPieces(
    _ request: CalibrateRequest
  ) throws(TareError) -> CalibrationTable? {
    guard let path = request.streamedPath, ByteStream.isPlainFile(path) else { return nil }
    var pieces = try CSVPieces(ByteStream(path))
    let names = try request.covariateNames(nil)
    guard let layout = try StreamedLayout(&pieces, request, names, readsAll: true),
      let read = try readScores(request, layout, pieces)
    else { return nil }
    return request.labelled(read.table)
  }

  /// The same of a file as a whole, of each of its reward models: what `tableInPieces` gives where it gives
  /// one.
  package func tables(_ request: CalibrateRequest) throws(TareError) -> [CalibrationTable] {
    let source = try request.source.read(covariates: try request.covariateNames(nil))
    return try source.parts.map { (part) throws(TareError) in
      try request.table(of: part, source.covariates)
    }
  }

  private func fit(
    _ request: CalibrateRequest, _ read: Streamed, _ stream: ByteStream
  ) throws(TareError) -> CalibrateOutcome {
    let labelled = read.table
    let table = request.labelled(labelled)
    let calibration: Calibration
    let calibrated: CalibratedScores
    do throws(TareError) {
      calibration = try request.settings.fit(table, date: Self.now)
      calibrated = try calibration.apply(to: table)
    } catch {
      throw error.inside(stream.name)
    }
    let part = try CalibrateOutcome.Part(
      nil, table, calibration, calibrated.calibrated, rows: table.count,
      outside: calibrated.outside, labelled: labelled,
      ignoresLabels: request.settings.ignoresLabels)
    if let path = request.save {
      warn(ofSaved: calibration)
      try write(Data((calibration.json.text(indent: 2) + "\n").utf8), to: path)
    }
    if let sink = try request.sink() {
      var again = try CSVColumnReader(
        CSVPieces(stream.again()), columns: read.layout.columns,
        badRows: request.source.badRows, numbersNames: false)
      var rewriter = try CSVRewriter(
        again.header, adding: ["calibrated", "bias"], to: sink, isSafe: request.isSafe)
      while try again.nextBlock(), again.count <= labelled.count {
        try rewriter.write(
          again, [calibrated.calibrated, calibrated.bias], from: again.count - again.block.count)
      }
      guard again.count == labelled.count else {
        throw .fault("\(stream.name): changed while it was read")
      }
      try rewriter.finish()
      try sink.finish()
    }
    return CalibrateOutcome(
      parts: [part], rows: nil, note: read.layout.note(table),
      skipped: request.skipped(read.skipped, of: read.name))
  }

  private func apply(
    _ saved: Calibration, _ request: CalibrateRequest, _ scores: inout StreamedScores,
    _ reader: inout CSVColumnReader
  ) throws(TareError) -> CalibrateOutcome {
    warn(ofApplied: saved, to: scores.layout.covariates)
    let sink = try request.sink()
    let isSafe = try request.isSafe
    var rewriter = sink.map {
      CSVRewriter(reader.header, adding: ["calibrated", "bias"], to: $0, isSafe: isSafe)
    }
    var outside = 0
    while try reader.nextBlock() {
      let block = reader.block
      let table = try CalibrationTable(
        scores: block.numbers[0], columns: Array(block.numbers.dropFirst()),
        covariates: scores.layout.covariates)
      let calibrated: CalibratedScores
      do throws(TareError) {
        calibrated = try saved.apply(to: table, after: reader.count - block.count)
      } catch {
        throw error.inside(reader.name)
      }
      outside += calibrated.outside
      try rewriter?.write(reader, [calibrated.calibrated, calibrated.bias])
      // The first rows speak for all in the report, so that memory is bounded.
      guard scores.count < CalibrateOutcome.Part.mostDiagnosed else {
        reader.numbersNames = false
        continue
      }
      scores.append(block)
    }
    let found = scores.parts(reader)
    if let path = request.save {
      guard found.count == 1 else { throw Self.severalModels(found.count) }
      try write(Data((saved.json.text(indent: 2) + "\n").utf8), to: path)
    }
    try rewriter?.finish()
    try sink?.finish()
    var parts: [CalibrateOutcome.Part] = []
    var note: String?
    for (name, rows) in found {
      let labelled = try scores.table(reader, rows: rows)
      let table = request.labelled(labelled)
      let calibrated = try saved.apply(to: table)
      note = note ?? scores.layout.note(table)
      let isOnly = found.count == 1
      parts.append(
        try CalibrateOutcome.Part(
          name, table, saved, calibrated.calibrated, rows: isOnly ? reader.count : table.count,
          outside: isOnly ? outside : calibrated.outside, labelled: labelled,
          ignoresLabels: request.settings.ignoresLabels))
    }
    return CalibrateOutcome(
      parts: parts, rows: nil, note: note,
      skipped: request.skipped(reader.skipped, of: reader.name))
  }
}

extension CalibrateRequest {
  /// The file that may be read in pieces.
  fileprivate var streamedPath: String? {
    guard case .file(let path) = source.place, !TableFiles.isSeveral(path), source.by == nil,
      source.filters.isEmpty, source.mapping.isEmpty, source.subset == nil,
      source.format == nil || source.format == CSVFile.key
    else { return nil }
    return path
  }

  /// Whether the rows of a file with this header, if any are written, are written as they stand.
  func keepsCells(of header: CSVHeader) throws(TareError) -> Bool {
    guard Compression(ending: output?.lowercased() ?? "") == nil else { return false }
    guard let wanted = try OutputFormats.format(outputFormat, for: output) else { return true }
    return wanted.keeps(
      plain: header.plainFormat, format: CSVFile.key, isAsked: outputFormat != nil)
  }

  /// Whether cells that a spreadsheet would run are written as texts.
  fileprivate var isSafe: Bool {
    get throws(TareError) {
      try OutputFormats.format(outputFormat, for: output)?.neutralizesFormulas ?? false
    }
  }

  func sink() throws(TareError) -> ByteSink? {
    guard output != nil || printsRows else { return nil }
    return try ByteSink(output)
  }

  fileprivate func skipped(_ skipped: SkippedRows, of name: String) -> SkippedRows? {
    guard source.badRows.leavesOut else { return nil }
    source.badRows.note(skipped, of: name)
    return skipped
  }
}
