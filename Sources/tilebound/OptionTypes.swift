public import ArgumentParser
public import Mappings
public import Programs
public import Reports
public import Sweeps

// Types of other modules that options have: their raw values are what a user writes.

extension ReusePolicy: ExpressibleByArgument {}
extension PhasePolicy: ExpressibleByArgument {}

extension SweepForm: ExpressibleByArgument {}

extension GnuplotScript.Format: ExpressibleByArgument {}

extension CProgram.Elements: ExpressibleByArgument {}

extension Bursts.Order: ExpressibleByArgument {}
