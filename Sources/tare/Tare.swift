/// The command line: one file a command.
internal import ArgumentParser
internal import Foundation
internal import TareCore

@main
struct Tare: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tare",
    abstract: "Score responses with reward models and remove length and other biases.",
    version: "0.1.0",
    subcommands: [
      Score.self,
      Judge.self,
      Decide.self,
      Calibrate.self,
      Audit.self,
      Evaluate.self,
      Estimate.self,
      LabelPairs.self,
      Drift.self,
      Probe.self,
      Debias.self,
      Rank.self,
      MakePairs.self,
      Report.self,
      Serve.self,
      TrainHead.self,
      TrainAdapter.self,
      Runs.self,
      StoreCommand.self,
      Inspect.self,
      Tokenize.self,
      Formats.self,
      Smooth.self,
      Pull.self,
      Bench.self,
      Doctor.self,
      Demo.self,
      Config.self,
      Completions.self,
    ])

  static func main() async {
    CommandFailure.watchMappedFiles()
    do {
      var command = try parseAsRoot()
      do {
        // Help and completions are the same in every folder.
        if !(command is Completions), !CommandLine.asksForHelp { try Defaults.load() }
        if var command = command as? any AsyncParsableCommand {
          try await command.run()
        } else {
          try command.run()
        }
        NextCommand.show()
      } catch let error as TareError {
        CommandFailure.end(error)
      }
    } catch {
      CommandFailure.end(parsing: error)
    }
  }
}
