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
      Calibrate.self,
      Audit.self,
      Evaluate.self,
      Estimate.self,
      Probe.self,
      Rank.self,
      MakePairs.self,
      Report.self,
      Serve.self,
      TrainHead.self,
      Runs.self,
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
    // A mapped file that becomes shorter has no bytes where there were some.
    signal(SIGBUS) { _ in
      let message: StaticString = "Error: a file became shorter while it was read\n"
      write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
      _exit(65)
    }
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
        Terminal.complain(error.description)
        Foundation.exit(error.exitCode)
      }
    } catch {
      exit(withError: error)
    }
  }
}
