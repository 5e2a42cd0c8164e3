/// The options of the commands that take scores from a store or a score file.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct FormatArgument: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Format of the input: \(Pipeline.formats) (default: detected from the content)."))
  var format: String?

  @Option(
    name: .customLong("columns"),
    help: ArgumentHelp(
      """
      Names of the columns, such as prompt=question,response=output.text: another column, a member of \
      an object, or NAME[]= for a list; @FILE reads them from a file. `tare formats` shows a file's \
      columns.
      """, valueName: "NAME=COLUMN,…"))
  var columns: [String] = []
}

struct ColumnArguments: ParsableArguments {
  @Option(help: "Column of the scores (default: score, reward).")
  var score: String?

  @Option(
    help:
      "Column that groups the responses to one prompt (default: prompt_id, id, else the text of prompt)."
  )
  var group: String?

  @Option(
    help:
      "Column of the labels: 1 and 0, a pair of words such as chosen and rejected, or grades; none: no labels (default: role, label, gold)."
  )
  var label: String?

  @Option(help: "Column of the subset; none: prompts have no subsets (default: subset).")
  var subset: String?

  @Option(
    help: "Column whose values are handled separately (default: rm, if it has several).")
  var by: String?

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp("Keep only rows with this value.", valueName: "COLUMN=VALUE"))
  var filters: [String] = []

  /// - Throws: `TareError.usage` if one of these options, which only a file has, goes with a store.
  func refuse(_ format: FormatArgument, hasFiles: Bool) throws(TareError) {
    let given = [
      ("--score", score), ("--group", group), ("--subset", subset), ("--by", by),
      ("--where", filters.first), ("--format", hasFiles ? nil : format.format),
      ("--columns", hasFiles ? nil : format.columns.first),
    ].filter { $0.1 != nil }
    guard given.isEmpty else {
      throw .usage("\(given[0].0) applies to score files; a run in a store is always read whole")
    }
  }

  /// - Throws: `TareError.usage` for a filter without "=".
  func source(
    _ place: ScoreSource.Place, _ format: FormatArgument
  ) throws(TareError) -> ScoreSource {
    var source = ScoreSource(place)
    source.format = format.format
    source.mapping = format.columns
    source.score = score
    source.group = group
    source.label = label
    source.subset = subset
    source.by = by
    source.filters = try Self.parsed(filters)
    return source
  }

  /// What `--where` says.
  /// - Throws: `TareError.usage` for a filter without "=".
  static func parsed(_ filters: [String]) throws(TareError) -> [String: String] {
    var values: [String: String] = [:]
    for filter in filters {
      let parts = filter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw .usage("--where: expected COLUMN=VALUE, found \(filter)")
      }
      values[String(parts[0])] = String(parts[1])
    }
    return values
  }
}
