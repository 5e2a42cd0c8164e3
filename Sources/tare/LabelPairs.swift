/// `tare label`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct LabelPairs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "label",
    abstract:
      "Label pairs on which raw and calibrated scores disagree, until it is clear which is right.",
    discussion: """
      Examples:
        tare label calibrated.jsonl --store labels.sqlite
        tare label scores.jsonl --calibration length.json --store labels.sqlite --labeller ann
        tare label --store tare.sqlite --run first --status
        tare label calibrated.jsonl --store labels.sqlite --page label.html
        tare label calibrated.jsonl --store labels.sqlite --import labels.jsonl --export pairs.jsonl

      Shows two responses to a prompt, one that the raw scores choose and one that the calibrated scores \
      choose, without saying which is which, sides and order drawn. Pairs on which both agree say nothing \
      about the correction and are not shown. Answers are read from standard input, one per line: 1 (left \
      is better), 2 (right), t (tie), s (skip), u (undo), q (quit); they are stored at once, and the next \
      call continues. After each label a sequential test, valid whenever you stop, says whether the \
      correction helps, harms, or is not worth more labels; the table printed first says how many labels \
      to expect. --page writes the pairs as one HTML file for somebody else, whose saved labels --import \
      takes back.
      """)

  @Argument(help: "Score table with raw and calibrated scores and texts.")
  var input: String?
  @Option(help: "Store that keeps the labels and, with --run, has the scores.")
  var store: String?
  @Option(name: .customLong("run"), help: "Name of the run in the store.")
  var runName: String?
  @Option(
    help: ArgumentHelp(
      "Saved calibration to apply to the scores (default: the column calibrated, or the run's newest calibration).",
      valueName: "file"))
  var calibration: String?
  @Option(help: "Name of the person who labels (default: the user's).")
  var labeller: String?
  @Option(
    help: ArgumentHelp(
      "Which responses are compared: best (of each prompt, by raw and by calibrated scores), order (two drawn ones) (default: best)."
    ))
  var decision: String?
  @Option(help: "Probability of a wrong verdict that is accepted.")
  var alpha = 0.05
  @Option(help: "Gain or loss that is not worth labels, as a share of prompts.")
  var margin = 0.01
  @Option(help: "Stop after this many labels; --page: pairs on the page.")
  var limit: Int?
  @Flag(name: .customLong("continue"), help: "Ask for more labels after the verdict.")
  var continues = false
  @Flag(help: "Show pairs that others have labelled, to measure how far people agree.")
  var second = false
  @Option(help: "Seed of order and sides.")
  var seed: UInt64 = 1
  @Flag(help: "Report how the test stands, and ask nothing.")
  var status = false
  @Option(
    help: ArgumentHelp("Write the pairs as an HTML file, and ask nothing.", valueName: "file"))
  var page: String?
  @Option(
    name: .customLong("import"),
    help: ArgumentHelp(
      "Labels to take, as a page or --export has written them; asks nothing.", valueName: "file"))
  var imports: [String] = []
  @Option(
    help: ArgumentHelp(
      "File for all labels: preference pairs with who and when, as JSON Lines.", valueName: "file"))
  var export: String?
  @OptionGroup var bad: BadRowArguments
  @OptionGroup var columns: ColumnArguments
  @OptionGroup var format: FormatArgument
  @Flag(help: "Print the state of the test as JSON; pairs are shown on standard error.")
  var json = false

  mutating func validate() {
    store = Defaults.store(store, isNeeded: true)
  }

  func run() throws {
    guard let store else {
      throw TareError.usage("--store: expected the file that keeps the labels, found none")
    }
    if let limit, limit < 1 {
      throw TareError.usage("--limit: expected at least 1, found \(limit)")
    }
    let files: [(name: String, path: String?)] =
      [("the input", input), ("--calibration", calibration)] + Output.files(ofStore: store)
    try Output.checkApart(
      ["--page": page, "--export": export],
      from: files + imports.map { ("--import", $0 as String?) })
    try Output.checkOnlyOne([
      "--page": Output.isStandard(page), "--export": Output.isStandard(export), "--json": json,
    ])
    let policy = try bad.policy(store: runName == nil ? nil : store, apartFrom: files)
    defer { bad.tell(policy) }
    // Not Ctrl-C, at which everything is stored already: it ends the wait for an answer.
    let pipeline = Pipeline(observer: StageObserver(notice: Terminal.warn))
    for path in [page, export] { try pipeline.checkWritable(path) }
    var session = try pipeline.labelling(request(store, policy))
    for path in imports {
      let taken = try session.take(path)
      try say("\(path): \(taken.labels) labels.")
      if taken.unknown > 0 {
        Terminal.warn(
          "\(path): \(taken.unknown) labels of pairs that are not disputed here, left out")
      }
    }
    let asks = !status && page == nil && imports.isEmpty && export == nil
    try say(session.opening(coloured: !json && Terminal.outputIsColoured))
    if asks { try ask(&session) }
    if let page { try Output.write(session.page(most: limit ?? 1000), to: page) }
    if let export { try Output.write(session.exported, to: export) }
    if json { return try Output.print(session.json) }
    try say(session.closing)
  }

  private func request(_ store: String, _ policy: RowPolicy) throws -> LabelRequest {
    let source = try Source.one(
      input, runName == nil ? nil : store, runName, columns, format, policy)
    let environment = ProcessInfo.processInfo.environment
    let name = labeller ?? environment["USER"] ?? environment["LOGNAME"] ?? ""
    var request = LabelRequest(
      source: source, store: store, labeller: name.isEmpty && labeller == nil ? "unnamed" : name)
    request.calibration = calibration
    (request.decision, request.alpha, request.margin) = (decision, alpha, margin)
    (request.isSecond, request.seed) = (second, seed)
    return request
  }

  /// Standard output is kept for what was asked for there.
  private func say(_ text: String) throws(TareError) {
    let isTaken = json || Output.isStandard(page) || Output.isStandard(export)
    try Terminal.tell(text, onStandardOutput: !isTaken)
  }

  private func ask(_ session: inout LabelSession) throws {
    guard input != "-" else {
      throw TareError.usage("the input: expected a file, as answers come from standard input")
    }
    var given = 0
    while limit.map({ given < $0 }) ?? true, continues || second || !session.isDecided,
      let pair = session.next
    {
      let rule = String(repeating: "─", count: 60)
      try say(
        """

        \(rule)
        \(pair.prompt)
        ── 1 ──────
        \(pair.left)
        ── 2 ──────
        \(pair.right)
        \(rule)
        """)
      guard let answer = try readAnswer() else { return }
      switch answer {
      case .undo:
        guard try session.undo() else {
          try say("There is no label of this session to take back.")
          continue
        }
        given = max(0, given - 1)
      case .label(let label):
        try session.answer(label)
        given += 1
      }
      try say(session.progress)
    }
  }

  private enum Reply {
    case label(LabelAnswer)
    case undo
  }

  /// - Returns: nil where the person is done.
  private func readAnswer() throws -> Reply? {
    while true {
      try say("Which is better? 1, 2, t (tie), s (skip), u (undo), q (quit)")
      guard let line = readLine() else { return nil }
      switch line.trimmingCharacters(in: .whitespaces).lowercased() {
      case "1", "left": return .label(.left)
      case "2", "right": return .label(.right)
      case "t", "tie": return .label(.tie)
      case "s", "skip": return .label(.skip)
      case "u", "undo": return .undo
      case "q", "quit": return nil
      default: continue
      }
    }
  }
}
