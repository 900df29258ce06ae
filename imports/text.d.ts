/** The bundler gives these files as text. */
declare module '*.yaml' {
  const text: string;
  export default text;
}
declare module '*.sh' {
  const text: string;
  export default text;
}
declare module '*.sql' {
  const text: string;
  export default text;
}
