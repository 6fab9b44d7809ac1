/** Proxies of the network outside: gRPC sends even 127.0.0.1 through them, unless it is told not to. */

const LOOPBACK = ['127.0.0.1', 'localhost'];

/** Lets this process, and those that get its environment, reach the servers of this machine directly by gRPC. */
export function bypassProxiesToLoopback(environment: NodeJS.ProcessEnv = process.env): void {
  // grpc-js looks at no_proxy only where this is empty, and takes an empty entry for every host.
  const listed = (environment.no_grpc_proxy || environment.no_proxy || '').split(',').map((host) => host.trim());
  environment.no_grpc_proxy = [...new Set([...listed, ...LOOPBACK])].filter((host) => host !== '').join(',');
}
