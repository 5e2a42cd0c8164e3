/// `tare evaluate --benchmark clips`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct ClipArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Benchmark clips: the segments that people chose, as rows of video and segments (a list of [start, \
      end] in seconds), or of video, start and end.
      """, valueName: "file"))
  var segments: String?
}

extension Evaluate {
  func evaluateClips(_ policy: RowPolicy) throws {
    guard store == nil, !inputs.isEmpty, let segments = clips.segments else {
      throw TareError.usage("--benchmark clips: expected files of clips, and --segments FILE")
    }
    guard against.count < 2, failIf.isEmpty, output == nil, ranking.againstRanking.isEmpty else {
      throw TareError.usage(
        "--benchmark clips cannot be combined with --fail-if, --output, --against-ranking or several "
          + "--against")
    }
    var request = ClipRequest(inputs: inputs, segments: segments)
    request.against = against.first
    (request.score, request.group) = (columns.score, columns.group)
    (request.format, request.columns) = (format.format, format.columns)
    request.policy = policy
    (request.bootstrap, request.seed) = (bootstrap, seed)
    let outcome = try Pipeline(observer: Terminal.observer()).evaluateClips(request)
    if json { return try Output.print(outcome.json) }
    try Terminal.tell(
      outcome.text(coloured: Terminal.outputIsColoured), onStandardOutput: true)
  }
}
