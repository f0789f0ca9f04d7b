/** asterisk-manager 0.2.0 ships no types. Only what ami.ts uses. */
declare module 'asterisk-manager' {
  /** One block as the library parsed it: keys in lower case, repeated keys as arrays, variables as an object. */
  type Block = Record<string, unknown>
  type Answer = (error: Block | undefined, response?: Block) => void

  type Manager = {
    on(event: 'managerevent' | 'response' | 'asterisk', listener: (block: Block) => void): void
    on(event: 'close' | 'end' | 'connect', listener: () => void): void
    on(event: 'error', listener: (error: Error) => void): void
    removeAllListeners(event?: string): void
    /** `port` may be the options of `net.createConnection`: the library hands it on untouched. */
    connect(port: number | { port: number; host: string }, host?: string, done?: () => void): void
    login(done: Answer): void
    action(action: Record<string, unknown>, answer: Answer): string
    disconnect(): void
  }

  /** Without a port it does not connect by itself. */
  function makeManager(port: number | undefined, host: string, user: string, secret: string, events: boolean): Manager

  export = makeManager
}
