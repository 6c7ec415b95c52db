/** Only these two of antd's inputs: the whole `Input` adds text areas, search and one-time codes to the login page. */
export { default as Input } from 'antd/es/input/Input';
export { default as Password } from 'antd/es/input/Password';
